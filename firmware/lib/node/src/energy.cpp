#include "energy.h"

namespace sf {

static const uint32_t MS_PER_HOUR = 3600000;
// Longer than this nothing was measured: the counters must not invent it.
static const uint32_t LONGEST_STEP_MS = 5000;

EnergyMeter::EnergyMeter() : total(), rest_() {}

void EnergyMeter::add_to(uint32_t* total, uint32_t* rest, uint32_t watts, uint32_t ms) {
  const uint64_t sum = static_cast<uint64_t>(watts) * ms + *rest;
  *total += static_cast<uint32_t>(sum / MS_PER_HOUR);
  *rest = static_cast<uint32_t>(sum % MS_PER_HOUR);
}

void EnergyMeter::add(const uint32_t* production_w, const uint32_t* consumption_w, uint32_t ms) {
  if (ms > LONGEST_STEP_MS) ms = LONGEST_STEP_MS;
  if (production_w) add_to(&total.produced, &rest_[0], *production_w, ms);
  if (consumption_w) add_to(&total.consumed, &rest_[1], *consumption_w, ms);
  if (!production_w || !consumption_w) return;
  if (*consumption_w > *production_w) {
    add_to(&total.imported, &rest_[2], *consumption_w - *production_w, ms);
  } else {
    add_to(&total.exported, &rest_[3], *production_w - *consumption_w, ms);
  }
}

}  // namespace sf
