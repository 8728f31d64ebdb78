#pragma once
#include "board.h"
#include "calibration.h"
#include "counters.h"
#include "diag.h"
#include "events.h"
#include "led.h"
#include "network.h"
#include "outbox.h"
#include "settings_fields.h"
#include "wall_input.h"

namespace sf {

/** What a board lends to the node. */
struct Hardware {
  Eeprom& eeprom;
  Pins& pins;
  SerialPort& serial;
  Sampler& sampler;
  EthernetPort& port;
  TcpSocket& tcp;
  UdpSocket& udp;
};

/** The whole node: `begin` once, `step` for ever; it never waits for anything. */
class Node : private MqttHandler {
 public:
  explicit Node(const Hardware& hardware);
  void begin(ResetCause cause, Millis now);
  void step(Millis now);
  /** Asked after every step: whether the watchdog may be fed. */
  bool healthy() { return progress_.may_feed(); }

 private:
  friend class Diag;
  Hardware hw_;
  Random random_;
  EepromWriter writer_;
  CounterStore store_;
  EventLog events_;
  Settings settings_, edited_;
  bool unsaved_, save_wanted_, saving_;
  Persistent kept_;
  ResetCause cause_;
  Meter meter_;
  Calibration calibration_;
  Relay relays_[LOADS];
  WallInput walls_[LOADS];
  Wash wash_;
  Commands commands_;
  Outbox outbox_;
  Network network_;
  Diag diag_;
  Progress progress_;
  char alert_[32];  // last code that came; empty = none is open
  bool was_linked_, was_addressed_, restarting_;
  uint32_t last_production_w_, last_consumption_w_;
  Millis read_at_, network_at_, counters_at_, states_at_, actuate_at_, led_at_;

  void measure(Millis now);
  void consider_reading(Millis now);
  void actuate(Millis now);
  void drive_pins();
  void talk(Millis now);
  void keep(Millis now);
  void apply_settings(Millis now);
  Persistent snapshot(Millis now) const;
  LedState led() const;

  void mqtt_up(Millis now) override;
  void mqtt_down(MqttError why, Millis now) override;
  void mqtt_message(const MqttMessage& message, Millis now) override;
  void mqtt_acknowledged(MqttSlot slot, Millis now) override;
};

}  // namespace sf
