#include "relay.h"
#include <string.h>

namespace sf {

static const uint32_t TRIP_LEAST_S = 60;
static const uint16_t HOUR_S = 3600;

const FlashText* origin_code(Origin origin) {
  switch (origin) {
    case BY_COMMAND: return F_("comando");
    case BY_SWITCH: return F_("interruttore");
    case BY_SAFETY: return F_("sicurezza");
    case BY_SERVICE: return F_("servizio");
    case BY_REST: break;
  }
  return F_("riposo");
}

Relay::Relay() {
  memset(&load_, 0, sizeof load_);
  Random none(1);
  begin(load_, 0, false, none);
}

void Relay::begin(const LoadSettings& load, Millis now, bool power_cut, Random& random) {
  load_ = load;
  leased_ = tripped_ = lever_closed_ = lever_spent_ = serviced_ = service_on_ = renewed_ = false;
  held_ = FREE;
  lease_[0] = 0;
  started_ = 0;
  lease_end_ = finish_by_ = hold_end_ = stagger_end_ = trip_end_ = service_end_ = 0;
  // Whatever ran before the reset is taken to have run until now.
  not_before_ = now + load_.min_off_s * SECOND;
  if (power_cut) not_before_ += random.below(POWER_CUT_SPREAD_S * 1000 + 1);
  on_ = load_.rest_on && !power_cut;
  origin_ = load_.rest_on && power_cut ? BY_SAFETY : BY_REST;
  on_since_ = now;
  ran_long_ = on_;
  reported_on_ = !on_;
  reported_origin_ = origin_;
}

void Relay::change(const LoadSettings& load, Millis now) {
  if (strcmp(load.id, load_.id) != 0 || load.rest_on != load_.rest_on) {
    Random none(1);
    const bool lever = lever_closed_;
    begin(load, now, false, none);
    lever_closed_ = lever;
    return;
  }
  load_ = load;
  if (load_.wall != BUTTON) held_ = FREE;
  if (load_.wall != LEVER) lever_closed_ = false;
}

Relay::Hold Relay::hold() const {
  if (lever_closed_ && !lever_spent_) return HELD_ON;
  return held_;
}

bool Relay::min_on_served(Millis now) const { return ran_long_ || now >= min_on_end(); }

void Relay::push(Millis now) {
  held_ = on_ ? HELD_OFF : HELD_ON;
  hold_end_ = now + load_.hold_s * SECOND;
}

Answer Relay::start_allowed(Millis now) const {
  if (!load_.starts_per_hour || started_ < load_.starts_per_hour) return accepted();
  const uint16_t ago = static_cast<uint16_t>(seconds(now) - starts_[load_.starts_per_hour - 1]);
  return ago >= HOUR_S ? accepted() : refused(STARTS, static_cast<uint16_t>(HOUR_S - ago));
}

Answer Relay::command(bool on, uint32_t ttl_s, const char* lease, Millis now) {
  const Hold held = hold();
  const bool contrary = held != FREE && (held == HELD_ON) != on;
  const uint32_t retry = held_ != FREE ? seconds_left(now, hold_end_) : 0;
  if (on == load_.rest_on) {
    if (leased_ && on_ && !on && !min_on_served(now))
      finish_by_ = min_on_end() < lease_end_ ? min_on_end() : lease_end_;
    leased_ = false;
    stagger_end_ = 0;
    return contrary ? refused(WALL_SWITCH, retry) : accepted();
  }
  if (ttl_s < TTL_LEAST_S || ttl_s > (load_.program ? TTL_PROGRAM_S : TTL_MOST_S)) return refused(BAD_FORMAT);
  if (contrary) return refused(WALL_SWITCH, retry);
  if (on && tripped_) return refused(MAX_ON, seconds_left(now, trip_end_));
  if (!leased_) {
    if (on && !on_ && now < not_before_) return refused(MIN_OFF, seconds_left(now, not_before_));
    // Switching off what rests on is the beginning of one more start.
    const Answer allowed = on && on_ ? accepted() : start_allowed(now);
    if (allowed.refusal != ACCEPTED) return allowed;
  }
  leased_ = true;
  renewed_ = true;
  finish_by_ = stagger_end_ = 0;
  lease_end_ = now + ttl_s * SECOND;
  copy_text(lease_, sizeof lease_, lease);
  return accepted();
}

Answer Relay::service(bool on, uint8_t seconds, Millis now) {
  serviced_ = false;
  if (!seconds) return accepted();
  if (on && tripped_) return refused(MAX_ON, seconds_left(now, trip_end_));
  if (on && !on_ && now < not_before_) return refused(MIN_OFF, seconds_left(now, not_before_));
  serviced_ = true;
  service_on_ = on;
  service_end_ = now + (seconds > SERVICE_MOST_S ? SERVICE_MOST_S : seconds) * SECOND;
  return accepted();
}

void Relay::set(bool on, Millis now) {
  if (on == on_) return;
  on_ = on;
  ran_long_ = false;
  if (!on) {
    not_before_ = now + load_.min_off_s * SECOND;
    return;
  }
  on_since_ = now;
  memmove(starts_ + 1, starts_, sizeof starts_ - sizeof starts_[0]);
  starts_[0] = static_cast<uint16_t>(seconds(now));
  if (started_ < STARTS_KEPT) started_++;
}

void Relay::lapse(Millis now, Random& random) {
  leased_ = false;
  // A whole street loses its hub at once: what rests on comes back spread over five minutes.
  if (load_.rest_on && !on_) stagger_end_ = now + random.below(RETURN_SPREAD_S * 1000 + 1);
}

bool Relay::step(Millis now, Random& random) {
  if (!used()) return false;
  if (leased_ && now >= lease_end_) lapse(now, random);
  if (held_ != FREE && now >= hold_end_) held_ = FREE;
  if (serviced_ && now >= service_end_) serviced_ = false;
  if (tripped_ && now >= trip_end_) tripped_ = false;
  if (!lever_closed_) lever_spent_ = false;
  // Before the 16 bits of a second go round.
  while (started_ && static_cast<uint16_t>(seconds(now) - starts_[started_ - 1]) >= HOUR_S) started_--;

  bool want = load_.rest_on;
  Origin origin = BY_REST;
  if (now < stagger_end_) want = false;
  if (now < finish_by_) want = true, origin = BY_COMMAND;
  if (leased_) {
    want = !load_.rest_on;
    origin = BY_COMMAND;
    if (!want && on_ && !min_on_served(now)) want = true, origin = BY_SAFETY;
  }
  const Hold held = hold();
  if (held != FREE) want = held == HELD_ON, origin = BY_SWITCH;
  if (serviced_) want = service_on_, origin = BY_SERVICE;

  if (want && on_ && load_.max_on_s && now - on_since_ >= load_.max_on_s * SECOND) {
    tripped_ = true;
    const uint32_t pause = load_.min_off_s > TRIP_LEAST_S ? load_.min_off_s : TRIP_LEAST_S;
    trip_end_ = now + pause * SECOND;
    leased_ = serviced_ = false;
    finish_by_ = 0;
    held_ = FREE;
    lever_spent_ = lever_closed_;
  }
  if (tripped_ || (want && !on_ && now < not_before_)) want = false, origin = BY_SAFETY;

  set(want, now);
  origin_ = origin;
  if (origin != BY_COMMAND) {
    if (!leased_) lease_[0] = 0;
  }
  const bool news = on_ != reported_on_ || origin_ != reported_origin_ || renewed_;
  reported_on_ = on_;
  reported_origin_ = origin_;
  renewed_ = false;
  return news;
}

uint32_t Relay::remaining_s(Millis now) const {
  switch (origin_) {
    case BY_COMMAND: return seconds_left(now, leased_ ? lease_end_ : finish_by_);
    case BY_SWITCH: return held_ != FREE ? seconds_left(now, hold_end_) : 0;
    case BY_SERVICE: return seconds_left(now, service_end_);
    case BY_REST:
    case BY_SAFETY: break;
  }
  return 0;
}

uint32_t Relay::locked_s(Millis now) const {
  if (on_) return 0;
  uint32_t longest = seconds_left(now, not_before_);
  if (tripped_ && seconds_left(now, trip_end_) > longest) longest = seconds_left(now, trip_end_);
  if (origin_ == BY_REST && seconds_left(now, stagger_end_) > longest) longest = seconds_left(now, stagger_end_);
  return longest;
}

}  // namespace sf
