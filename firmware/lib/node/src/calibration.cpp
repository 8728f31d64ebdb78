#include "calibration.h"

namespace sf {

static const uint8_t WINDOWS = 10, CHECK_WINDOWS = 5;
static const uint32_t LEAST_GAIN_E4 = 5000, MOST_GAIN_E4 = 20000;
static const uint32_t MOST_ZERO_E3 = 50000;

void Calibration::zero(uint8_t on) {
  channel = on;
  was_zero = true;
  step_ = ZERO;
  windows_ = 0;
  sum_ = 0;
}

void Calibration::gain(uint8_t on, uint32_t ma) {
  zero(on);
  was_zero = false;
  true_ma = ma;
  step_ = GAIN;
}

Calibration::Outcome Calibration::take(Meter& meter, Settings& settings) {
  ChannelSettings& c = settings.channels[channel];
  const CtReading& r = meter.reading(channel);
  if (r.fault != SOUND) {
    step_ = NONE;
    return FAULTY;
  }
  sum_ += step_ == ZERO ? r.noise_e3 : r.ma;
  windows_++;
  if (windows_ < (step_ == CHECK ? CHECK_WINDOWS : WINDOWS)) return RUNNING;
  const uint32_t mean = static_cast<uint32_t>(sum_ / windows_);
  windows_ = 0;
  sum_ = 0;
  if (step_ == CHECK) {
    left_ma = mean;
    step_ = NONE;
    return DONE;
  }
  if (step_ == ZERO) {
    step_ = NONE;
    before = c.zero_e3;
    after = mean;
    if (mean > MOST_ZERO_E3) return OUT_OF_RANGE;
    c.zero_e3 = mean;
    meter.configure(settings);
    return DONE;
  }
  step_ = NONE;
  measured_ma = mean;
  if (mean < c.ct_a * 30u) return TOO_SMALL;
  const uint32_t gain = static_cast<uint32_t>((static_cast<uint64_t>(c.gain_e4) * true_ma + mean / 2) / mean);
  if (gain < LEAST_GAIN_E4 || gain > MOST_GAIN_E4) return OUT_OF_RANGE;
  c.gain_e4 = gain;
  c.bandgap_q8 = meter.bandgap_q8();
  meter.configure(settings);
  step_ = CHECK;
  return RUNNING;
}

}  // namespace sf
