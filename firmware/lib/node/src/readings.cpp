#include "readings.h"
#include <string.h>

namespace sf {

void ReadingQueue::add(const Reading& reading) {
  if (count_ >= 2 && apart_s_ && reading.uptime_s - items_[count_ - 2].uptime_s < apart_s_) {
    // Nearer to the last kept one than the present spacing: the newest place follows the clock.
    items_[count_ - 1] = reading;
    return;
  }
  if (count_ == ROOM) {
    // The first stays, it may be on its way; of the others every other one goes.
    uint8_t kept = 1;
    for (uint8_t i = 2; i < count_; i += 2) items_[kept++] = items_[i];
    apart_s_ = (items_[kept - 1].uptime_s - items_[0].uptime_s) / (kept - 1u);
    count_ = kept;
  }
  items_[count_++] = reading;
}

void ReadingQueue::drop_oldest() {
  if (!count_) return;
  count_--;
  memmove(items_, items_ + 1, count_ * sizeof items_[0]);
  if (!count_) apart_s_ = 0;
}

}  // namespace sf
