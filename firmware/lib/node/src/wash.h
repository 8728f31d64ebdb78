#pragma once
#include "refusal.h"
#include "settings.h"

namespace sf {

/** A temperature in tenths of a degree, or why there is none. */
struct Temperature {
  bool known;
  int16_t tenths;
};

/** 10 kOhm NTC to ground under 10 kOhm to the reference, as the ADC reads it. Unknown where it is broken or shorted. */
Temperature ntc_temperature(uint16_t counts, uint16_t beta);

enum WashCause : uint8_t { NEVER_RUN, BY_ORDER, RUN_OVER, STOPPED, TOO_COLD, TOO_HOT, SENSOR_LOST, TESTED };

const FlashText* wash_cause_code(WashCause cause);

/** The cleaning valve: one run of limited length, then locked out; never in frost, in heat, or without a thermometer. */
class Wash {
 public:
  Wash();
  void begin(const Settings& settings, uint32_t locked_s, Millis now);
  void change(const Settings& settings);

  Answer start(uint32_t ttl_s, Temperature temperature, Millis now);
  /** A technician's dead-man test: the interval does not bind, everything else does. 0 s ends it. */
  Answer service(uint8_t seconds, Temperature temperature, Millis now);
  void stop(Millis now);
  /** True where there is something to report. */
  bool step(Temperature temperature, Millis now);

  bool active() const { return active_; }
  WashCause cause() const { return cause_; }
  uint32_t remaining_s(Millis now) const { return active_ ? seconds_left(now, end_) : 0; }
  uint32_t locked_s(Millis now) const { return seconds_left(now, locked_until_); }

 private:
  bool fitted_, active_, testing_, news_;
  int8_t frost_c_, heat_c_;
  uint16_t longest_s_;
  uint32_t interval_s_;
  WashCause cause_;
  Millis end_, locked_until_;

  Answer weather(Temperature temperature) const;
  void run(uint32_t seconds, Millis now);
  void over(WashCause cause, Millis now);
};

}  // namespace sf
