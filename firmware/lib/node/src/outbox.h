#pragma once
#include "commands.h"
#include "mqtt_client.h"
#include "payloads.h"
#include "network.h"
#include "readings.h"

namespace sf {

/** What waits to be told to the hub, and in which order it goes. */
class Outbox {
 public:
  explicit Outbox(const Settings& settings) : settings_(settings), outcome_count_(0), next_sequence_(1) { forget(); }
  /** A new connection: everything is told again, what was on its way as well. */
  void connected();
  void disconnected();
  void outcome(const Outcome& outcome);
  void load_changed(uint8_t load) { load_state_ |= static_cast<uint8_t>(1 << load); }
  void status_changed() { status_ = true; }
  void wash_changed() { wash_ = true; }
  void acknowledged(MqttSlot slot);
  uint8_t waiting() const { return static_cast<uint8_t>(readings.count() + outcome_count_); }
  /** Hands the next messages to the client while it takes them. */
  void step(MqttClient& mqtt, const Relay* relays, const Wash& wash, const Meter& meter, uint32_t boot, Millis now);

  ReadingQueue readings;

 private:
  static const uint8_t OUTCOMES = 8;
  const Settings& settings_;
  Outcome outcomes_[OUTCOMES];
  uint8_t outcome_count_, load_state_, load_config_;
  bool status_, wash_, outcome_sent_, reading_sent_;
  uint32_t next_sequence_;

  void forget();
  void send_reading(MqttClient& mqtt, uint32_t boot, Millis now);
};

}  // namespace sf
