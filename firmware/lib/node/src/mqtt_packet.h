#pragma once
#include "types.h"

namespace sf {

enum MqttType : uint8_t {
  MQTT_CONNECT = 1,
  MQTT_CONNACK = 2,
  MQTT_PUBLISH = 3,
  MQTT_PUBACK = 4,
  MQTT_SUBSCRIBE = 8,
  MQTT_SUBACK = 9,
  MQTT_PINGREQ = 12,
  MQTT_PINGRESP = 13,
  MQTT_DISCONNECT = 14
};

/** Topics are given without `prefix`, which is the same for all. */
struct MqttLogin {
  const char *client, *user, *password, *prefix;
  const FlashText *will_topic, *will;
  uint16_t keepalive_s;
};

/** Builds MQTT 3.1.1 packets (OASIS, 29 October 2014) behind one another; what does not fit is not there at all. */
class MqttWriter {
 public:
  MqttWriter(uint8_t* buffer, size_t room) : data(buffer), room_(room), length(0) {}
  /** Clean session; the will is retained, QoS 1. */
  bool connect(const MqttLogin& login);
  bool publish(const char* topic, const char* payload, size_t payload_length, uint8_t qos, bool retain, bool again, uint16_t id);
  bool subscribe(const char* prefix, const FlashText* const* filters, uint8_t count, uint16_t id);
  bool puback(uint16_t id);
  bool bare(MqttType type);

  uint8_t* const data;

 private:
  size_t room_;

 public:
  size_t length;

 private:
  bool begin(uint8_t first, uint32_t remaining);
  void word(uint16_t value);
  void text(const char* text, const FlashText* tail = nullptr);
};

/** One packet that has come, inside the reader's buffer. */
struct MqttPacket {
  uint8_t first;
  const uint8_t* body;
  uint32_t length;
  MqttType type() const { return static_cast<MqttType>(first >> 4); }
};

struct MqttMessage {
  const char *topic, *payload;
  uint16_t topic_length, id;
  uint32_t payload_length;
  uint8_t qos;
  bool retained;
};

/** Takes a stream of bytes apart. A packet longer than the buffer is counted and skipped. */
class MqttReader {
 public:
  MqttReader(uint8_t* buffer, size_t room) : buffer_(buffer), room_(room) { reset(); }
  void reset();
  enum Outcome : uint8_t { MORE, PACKET, BROKEN };
  /** Feed it a byte at a time. */
  Outcome take(uint8_t byte, MqttPacket* packet);
  uint16_t skipped() const { return skipped_; }

 private:
  uint8_t* buffer_;
  size_t room_;
  uint8_t first_, length_bytes_;
  uint32_t remaining_, got_;
  bool in_body_, have_first_;
  uint16_t skipped_;

  Outcome finish(MqttPacket* packet);
};

/** False where the packet is no sound PUBLISH: no topic, wildcards, QoS 3, message id 0. */
bool parse_publish(const MqttPacket& packet, MqttMessage* out);

}  // namespace sf
