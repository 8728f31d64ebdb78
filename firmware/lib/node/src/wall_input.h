#pragma once
#include "types.h"

namespace sf {

/** A contact, free of bounce: it must stand still for 50 ms. What is closed at start is no push. */
class WallInput {
 public:
  WallInput() : closed_(false), last_(false), known_(false), since_(0) {}
  /** True where the contact has just closed. */
  bool see(bool closed, Millis now) {
    if (closed != last_) last_ = closed, since_ = now;
    if (now - since_ < STILL) return false;
    const bool pushed = known_ && closed && !closed_;
    closed_ = closed;
    known_ = true;
    return pushed;
  }
  bool closed() const { return closed_; }

 private:
  static const Millis STILL = 50;
  bool closed_, last_, known_;
  Millis since_;
};

}  // namespace sf
