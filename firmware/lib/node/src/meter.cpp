#include "meter.h"
#include <string.h>

namespace sf {

// 1.1 V of a supply between 3.75 and 6.2 V; anything else is no reference.
static const uint16_t BANDGAP_LEAST = 180, BANDGAP_MOST = 300;

Meter::Meter()
    : nominal_v_(230), ntc_beta_(3950), ntc_fitted_(false), changed_(false), bandgap_q8_(0), windows_(0), window_ms_(0),
      taken_at_(0) {
  memset(channels_, 0, sizeof channels_);
  memset(readings_, 0, sizeof readings_);
  memset(&last_, 0, sizeof last_);
  memset(watts_, 0, sizeof watts_);
  valid_[PRODUCTION] = valid_[CONSUMPTION] = false;
  temperature_.known = false;
  temperature_.tenths = 0;
}

void Meter::configure(const Settings& s) {
  memcpy(channels_, s.channels, sizeof channels_);
  nominal_v_ = s.nominal_v;
  ntc_fitted_ = s.ntc_fitted;
  ntc_beta_ = s.ntc_beta;
}

uint16_t Meter::supply_mv() const {
  return bandgap_q8_ ? static_cast<uint16_t>(1100ul * 1024ul * 256ul / bandgap_q8_) : 0;
}

void Meter::take_bandgap(uint16_t counts) {
  if (counts < BANDGAP_LEAST || counts > BANDGAP_MOST) {
    bandgap_q8_ = 0;
    return;
  }
  const uint32_t fresh = static_cast<uint32_t>(counts) << 8;
  // A sixteenth a second: noise is smoothed, the supply does not move faster.
  bandgap_q8_ = bandgap_q8_ ? (bandgap_q8_ * 15 + fresh + 8) / 16 : fresh;
}

void Meter::take_channel(uint8_t i) {
  const ChannelSettings& c = channels_[i];
  // The supply is the reference: when it has fallen since calibration, the same current makes more counts.
  uint32_t reference_q16 = 65536;
  if (c.bandgap_q8 && bandgap_q8_)
    reference_q16 = static_cast<uint32_t>((static_cast<uint64_t>(c.bandgap_q8) << 16) / bandgap_q8_);
  readings_[i] = ct_read(last_.channels[i], ct_scale(c.ct_a, c.ct_mv, c.gain_e4, c.zero_e3, reference_q16));
  if (!c.fitted) {
    if (faults_[i].see(SOUND)) changed_ = true;
    watts_[i] = 0;
    valid_[i] = i == PRODUCTION;
    return;
  }
  const ChannelFault fault = readings_[i].fault;
  if (faults_[i].see(fault)) changed_ = true;
  valid_[i] = fault == SOUND || fault == CLIPPING;
  const uint32_t watts = static_cast<uint32_t>((static_cast<uint64_t>(readings_[i].ma) * nominal_v_ + 500) / 1000);
  watts_[i] = watts < c.threshold_w ? 0 : watts;
}

void Meter::take(const Sampled& sampled, Millis now) {
  last_ = sampled;
  window_ms_ = windows_ ? static_cast<uint32_t>(now - taken_at_) : 0;
  taken_at_ = now;
  windows_++;
  take_bandgap(sampled.bandgap);
  const bool broken = ntc_broken();
  temperature_.known = false;
  if (ntc_fitted_) temperature_ = ntc_temperature(sampled.ntc, ntc_beta_);
  if (ntc_broken() != broken) changed_ = true;
  for (uint8_t i = 0; i < CHANNELS; i++) take_channel(i);
  energy.add(production_w(), consumption_w(), window_ms_);
}

bool Meter::faults_changed() {
  const bool changed = changed_;
  changed_ = false;
  return changed;
}

}  // namespace sf
