#pragma once
#include "mqtt_packet.h"
#include "net.h"
#include "random.h"

namespace sf {

enum MqttState : uint8_t { MQTT_OFF, MQTT_WAITING, MQTT_TCP, MQTT_GREETING, MQTT_JOINING, MQTT_READY };

/** Why the last connection ended. */
enum MqttError : uint8_t {
  NO_ERROR,
  TCP_FAILED,
  REFUSED_CLIENT = 2,  // the CONNACK codes stand for themselves
  REFUSED_SERVER = 3,
  REFUSED_LOGIN = 4,
  REFUSED_KEY = 5,
  NO_ANSWER,
  NO_PUBACK,
  BAD_PROTOCOL,
  CLOSED_BY_HUB
};

const FlashText* mqtt_error_code(MqttError error);
const FlashText* mqtt_state_code(MqttState state);

/** Two messages may be on their way at once, so that a slow disk at the hub, which holds back the PUBACKs of readings, holds up nothing else. */
enum MqttSlot : uint8_t { READING_SLOT, OTHER_SLOT };
const uint8_t MQTT_SLOTS = 2;

class MqttHandler {
 public:
  virtual void mqtt_up(Millis now) = 0;
  virtual void mqtt_down(MqttError why, Millis now) = 0;
  virtual void mqtt_message(const MqttMessage& message, Millis now) = 0;
  virtual void mqtt_acknowledged(MqttSlot slot, Millis now) = 0;

 protected:
  ~MqttHandler() {}
};

/** MQTT 3.1.1 client over one socket: clean session, keep-alive, QoS 1 out, QoS 0 and 1 in, growing pauses between tries. */
class MqttClient {
 public:
  MqttClient(TcpSocket& socket, MqttHandler& handler, Random& random);

  /** What `login` and `filters` point to must stay. */
  void start(const MqttLogin& login, const FlashText* const* filters, uint8_t filter_count, const uint8_t* ip, uint16_t port, Millis now);
  /** Ends the connection; `goodbye`: with DISCONNECT, so that no will is sent. */
  void stop(Millis now, bool goodbye);
  void step(Millis now);

  bool ready() const { return state_ == MQTT_READY; }
  /** Ready, and the last message of the slot has its PUBACK. */
  bool free(MqttSlot slot) const { return ready() && !awaited_[slot]; }
  bool publish(MqttSlot slot, const char* topic, const char* payload, size_t length, bool retain, bool again, Millis now);

  MqttState state() const { return state_; }
  MqttError last_error() const { return error_; }
  uint16_t attempts() const { return attempts_; }
  uint16_t skipped() const { return reader_.skipped(); }

 private:
  static const size_t ROOM = 512;
  static const size_t ROOM_IN = 400;
  TcpSocket& socket_;
  MqttHandler& handler_;
  Random& random_;
  MqttLogin login_;
  const FlashText* const* filters_;
  uint8_t filter_count_, ip_[4], doubling_;
  uint16_t port_, attempts_, next_id_, awaited_[MQTT_SLOTS], join_id_;
  MqttState state_;
  MqttError error_;
  Millis deadline_, sent_at_, heard_at_, up_since_, asked_[MQTT_SLOTS], ping_since_;
  bool pinging_;
  uint8_t out_[ROOM], in_[ROOM_IN];
  MqttWriter writer_;
  MqttReader reader_;

  void dial(Millis now);
  void fail(MqttError why, Millis now);
  void hear(Millis now);
  void handle(const MqttPacket& packet, Millis now);
  void flush(Millis now);
  void watch(Millis now);
  uint16_t fresh_id();
};

}  // namespace sf
