#pragma once
#include "eeprom.h"
#include "energy.h"

namespace sf {

/** What must survive a power cut and changes all the time. */
struct Persistent {
  uint32_t boot;           // number of this start
  EnergyCounters energy;
  uint32_t wash_locked_s;  // left of the lock-out between panel cleanings
  uint16_t watchdog_resets;
};

/**
 * A ring of 64 records with checksums: a save wears one record in 64, and one that a power cut tears leaves the one
 * before it valid. Every 2 minutes it lasts 24 years.
 */
class CounterStore {
 public:
  explicit CounterStore(EepromWriter& writer) : writer_(writer), sequence_(0) {}
  /** The newest valid record; zeros on a new chip. */
  Persistent load(Eeprom& eeprom);
  /** False while the writer has other work. */
  bool save(const Persistent& values);
  uint32_t writes() const { return sequence_; }

 private:
  EepromWriter& writer_;
  uint32_t sequence_;
  uint8_t record_[COUNTER_SLOT_BYTES];
};

}  // namespace sf
