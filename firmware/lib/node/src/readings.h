#pragma once
#include "energy.h"

namespace sf {

/** One measurement on its way to the hub. Null powers are those of channels that are not fitted or faulty. */
struct Reading {
  uint32_t uptime_s;
  uint32_t sequence;  // 0 until it is first sent, then it keeps it
  uint16_t production_w, consumption_w;
  EnergyCounters energy;
  bool has_production, has_consumption;
};

/**
 * What was not acknowledged yet, oldest first. When it is full every other reading gives way, so that any outage is
 * covered, thinner the longer it lasts; the counters make what is left out harmless.
 */
class ReadingQueue {
 public:
  ReadingQueue() : count_(0), apart_s_(0) {}
  void add(const Reading& reading);
  bool empty() const { return count_ == 0; }
  uint8_t count() const { return count_; }
  /** The only one that may be on its way: it stays in place until it is dropped. */
  Reading& oldest() { return items_[0]; }
  void drop_oldest();
  enum : uint8_t { ROOM = 32 };

 private:
  Reading items_[ROOM];
  uint8_t count_;
  uint32_t apart_s_;  // how far apart readings are kept since the queue was last full
};

}  // namespace sf
