#pragma once
#include "ct.h"
#include "energy.h"
#include "settings.h"
#include "wash.h"

namespace sf {

/** What the sampling interrupt has gathered in about a second. */
struct Sampled {
  Window channels[CHANNELS];
  uint16_t ntc, bandgap;  // counts
  uint32_t lost;          // conversions since the start
};

class Sampler {
 public:
  /** True where a window is complete; it is handed out once. */
  virtual bool take(Sampled* out) = 0;

 protected:
  ~Sampler() {}
};

/** Windows of samples become currents, powers and energy. */
class Meter {
 public:
  Meter();
  void configure(const Settings& settings);
  void take(const Sampled& sampled, Millis now);

  /** Null where the channel is faulty or, for consumption, not fitted. A house without production CT produces 0. */
  const uint32_t* production_w() const { return valid_[PRODUCTION] ? &watts_[PRODUCTION] : nullptr; }
  const uint32_t* consumption_w() const { return valid_[CONSUMPTION] ? &watts_[CONSUMPTION] : nullptr; }
  const CtReading& reading(uint8_t channel) const { return readings_[channel]; }
  const Sampled& sampled() const { return last_; }
  bool measured() const { return windows_ != 0; }
  uint32_t window_ms() const { return window_ms_; }
  uint32_t windows() const { return windows_; }
  /** SOUND for a channel that is not fitted. */
  ChannelFault fault(uint8_t channel) const { return faults_[channel].shown(); }
  bool ntc_broken() const { return ntc_fitted_ && measured() && !temperature_.known; }
  Temperature temperature() const { return temperature_; }
  /** From the 1.1 V reference; 0 where that is not plausible. */
  uint16_t supply_mv() const;
  uint32_t bandgap_q8() const { return bandgap_q8_; }
  /** True once after the shown faults have changed. */
  bool faults_changed();

  EnergyMeter energy;

 private:
  ChannelSettings channels_[CHANNELS];
  uint16_t nominal_v_, ntc_beta_;
  bool ntc_fitted_, valid_[CHANNELS], changed_;
  CtReading readings_[CHANNELS];
  FaultFilter faults_[CHANNELS];
  uint32_t watts_[CHANNELS];
  Sampled last_;
  Temperature temperature_;
  uint32_t bandgap_q8_, windows_, window_ms_;
  Millis taken_at_;

  void take_bandgap(uint16_t counts);
  void take_channel(uint8_t channel);
};

}  // namespace sf
