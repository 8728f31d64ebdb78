#pragma once
#include "random.h"
#include "refusal.h"
#include "settings.h"

namespace sf {

const uint32_t TTL_LEAST_S = 30;
const uint32_t TTL_DEFAULT_S = 180;
const uint32_t TTL_MOST_S = 600;
const uint32_t TTL_PROGRAM_S = 14400;
const uint32_t POWER_CUT_SPREAD_S = 120;
const uint32_t RETURN_SPREAD_S = 300;
const uint8_t SERVICE_MOST_S = 30;

enum Origin : uint8_t { BY_REST, BY_COMMAND, BY_SWITCH, BY_SAFETY, BY_SERVICE };

const FlashText* origin_code(Origin origin);

/**
 * Decides one load. From the highest authority: its hardware limits (minimum off, maximum on), a technician's test
 * at the USB port, the wall switch, the lapse of a lease, a command. `on` is whether the appliance gets current.
 */
class Relay {
 public:
  Relay();

  /** At start. After a power cut nothing comes on before minimum off and up to 2 random minutes more have passed. */
  void begin(const LoadSettings& load, Millis now, bool power_cut, Random& random);
  /** Other settings for a load that goes on as it is; another id begins anew, at rest. */
  void change(const LoadSettings& load, Millis now);

  Answer command(bool on, uint32_t ttl_s, const char* lease, Millis now);
  /** Dead-man test; 0 s ends it. */
  Answer service(bool on, uint8_t seconds, Millis now);
  /** The lever's level. */
  void lever(bool closed) { lever_closed_ = closed; }
  /** One push of the button: the other state, for the hold time. */
  void push(Millis now);

  /** Decides anew. True where there is something to report. */
  bool step(Millis now, Random& random);

  bool used() const { return load_.id[0] != 0; }
  bool on() const { return on_; }
  /** Whether the coil is to be energised. */
  bool pulled() const { return used() && on_ != load_.rest_on; }
  Origin origin() const { return origin_; }
  const char* lease() const { return lease_; }
  const LoadSettings& settings() const { return load_; }
  /** Left of what holds it now: lease, push or test. */
  uint32_t remaining_s(Millis now) const;
  /** How long it cannot be switched on. */
  uint32_t locked_s(Millis now) const;

 private:
  enum Hold : uint8_t { FREE, HELD_OFF, HELD_ON };
  static const uint8_t STARTS_KEPT = 20;

  LoadSettings load_;
  bool on_, leased_, tripped_, lever_closed_, lever_spent_, serviced_, service_on_;
  Hold held_;
  Origin origin_;
  char lease_[LEASE_LENGTH + 1];
  bool reported_on_;
  Origin reported_origin_;
  bool renewed_;
  Millis on_since_;
  bool ran_long_;  // on since before this start: the minimum on has been served
  Millis not_before_;  // minimum off
  Millis lease_end_, finish_by_, hold_end_, stagger_end_, trip_end_, service_end_;
  uint16_t starts_[STARTS_KEPT];  // second of each start, newest first, while it is less than an hour ago; the first `started_`
  uint8_t started_;

  Hold hold() const;
  bool min_on_served(Millis now) const;
  Millis min_on_end() const { return on_since_ + load_.min_on_s * SECOND; }
  Answer start_allowed(Millis now) const;
  void set(bool on, Millis now);
  void lapse(Millis now, Random& random);
};

}  // namespace sf
