#pragma once
#include "types.h"

namespace sf {

/** Energy since the node was made, Wh. Only ever rises. */
struct EnergyCounters {
  uint32_t produced, consumed, imported, exported;
};

/** Adds up power over time; what is less than a watt-hour is carried on. */
class EnergyMeter {
 public:
  EnergyMeter();
  void restore(const EnergyCounters& saved) { total = saved; }

  /** Power over the last `ms`, a second as a rule. Null for a channel that is faulty: nothing is added for it, nor for what crosses the meter. */
  void add(const uint32_t* production_w, const uint32_t* consumption_w, uint32_t ms);

  EnergyCounters total;

 private:
  uint32_t rest_[4];  // W * ms, under one Wh
  static void add_to(uint32_t* total, uint32_t* rest, uint32_t watts, uint32_t ms);
};

}  // namespace sf
