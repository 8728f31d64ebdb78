#include "wash.h"
#include <math.h>

namespace sf {

// Beyond these the divider says a broken wire or a short, not a temperature.
static const uint16_t NTC_SHORT = 15, NTC_OPEN = 1008;

Temperature ntc_temperature(uint16_t counts, uint16_t beta) {
  Temperature t = {false, 0};
  if (counts < NTC_SHORT || counts > NTC_OPEN) return t;
  // R/R25 = counts / (1024 - counts); 1/T = 1/T25 + ln(R/R25)/beta.
  const float ratio = static_cast<float>(counts) / static_cast<float>(1024 - counts);
  const float kelvin = 1.0f / (1.0f / 298.15f + static_cast<float>(log(static_cast<double>(ratio))) / beta);
  const float tenths = (kelvin - 273.15f) * 10;
  if (tenths < -500 || tenths > 1200) return t;
  t.known = true;
  t.tenths = static_cast<int16_t>(tenths < 0 ? tenths - 0.5f : tenths + 0.5f);
  return t;
}

const FlashText* wash_cause_code(WashCause cause) {
  switch (cause) {
    case BY_ORDER: return F_("comando");
    case RUN_OVER: return F_("fine");
    case STOPPED: return F_("fermata");
    case TOO_COLD: return F_("gelo");
    case TOO_HOT: return F_("caldo");
    case SENSOR_LOST: return F_("sensore_assente");
    case TESTED: return F_("servizio");
    case NEVER_RUN: break;
  }
  return F_("nessuna");
}

Wash::Wash()
    : fitted_(false), active_(false), testing_(false), news_(false), frost_c_(3), heat_c_(40), longest_s_(0),
      interval_s_(0), cause_(NEVER_RUN), end_(0), locked_until_(0) {}

void Wash::begin(const Settings& settings, uint32_t locked_s, Millis now) {
  change(settings);
  active_ = testing_ = false;
  locked_until_ = now + locked_s * SECOND;
}

void Wash::change(const Settings& s) {
  fitted_ = s.valve_fitted;
  frost_c_ = s.frost_c;
  heat_c_ = s.heat_c;
  longest_s_ = s.wash_max_s;
  interval_s_ = s.wash_interval_s;
}

Answer Wash::weather(Temperature t) const {
  if (!fitted_) return refused(NO_ACTUATOR);
  if (!t.known) return refused(NO_SENSOR);
  if (t.tenths < frost_c_ * 10) return refused(FROST);
  if (t.tenths > heat_c_ * 10) return refused(HEAT);
  return accepted();
}

void Wash::run(uint32_t seconds, Millis now) {
  active_ = true;
  news_ = true;
  end_ = now + (seconds < longest_s_ ? seconds : longest_s_) * SECOND;
}

Answer Wash::start(uint32_t ttl_s, Temperature temperature, Millis now) {
  const Answer fit = weather(temperature);
  if (fit.refusal != ACCEPTED) return fit;
  if (ttl_s == 0) return refused(BAD_FORMAT);
  if (active_) return refused(INTERVAL, remaining_s(now) + interval_s_);
  if (now < locked_until_) return refused(INTERVAL, locked_s(now));
  testing_ = false;
  cause_ = BY_ORDER;
  run(ttl_s, now);
  return accepted();
}

Answer Wash::service(uint8_t seconds, Temperature temperature, Millis now) {
  if (active_ && !testing_) return refused(INTERVAL, remaining_s(now));
  if (!seconds) {
    if (active_) over(TESTED, now);
    return accepted();
  }
  const Answer fit = weather(temperature);
  if (fit.refusal != ACCEPTED) return fit;
  testing_ = true;
  cause_ = TESTED;
  run(seconds, now);
  return accepted();
}

void Wash::over(WashCause cause, Millis now) {
  active_ = false;
  news_ = true;
  cause_ = cause;
  if (!testing_) locked_until_ = now + interval_s_ * SECOND;
  testing_ = false;
}

void Wash::stop(Millis now) {
  if (active_) over(STOPPED, now);
}

bool Wash::step(Temperature temperature, Millis now) {
  if (active_) {
    const Answer fit = weather(temperature);
    if (now >= end_) {
      over(testing_ ? TESTED : RUN_OVER, now);
    } else if (fit.refusal != ACCEPTED) {
      over(fit.refusal == FROST ? TOO_COLD : fit.refusal == HEAT ? TOO_HOT : SENSOR_LOST, now);
    }
  }
  const bool news = news_;
  news_ = false;
  return news;
}

}  // namespace sf
