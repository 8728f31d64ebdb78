#include "mqtt_packet.h"
#include <string.h>

namespace sf {

bool MqttWriter::begin(uint8_t first, uint32_t remaining) {
  const size_t head = remaining < 128 ? 2 : 3;
  if (remaining > 16383 || length + head + remaining > room_) return false;
  data[length++] = first;
  if (head == 3) {
    data[length++] = static_cast<uint8_t>(0x80 | (remaining & 0x7F));
    data[length++] = static_cast<uint8_t>(remaining >> 7);
  } else {
    data[length++] = static_cast<uint8_t>(remaining);
  }
  return true;
}

void MqttWriter::word(uint16_t value) {
  data[length++] = static_cast<uint8_t>(value >> 8);
  data[length++] = static_cast<uint8_t>(value);
}

void MqttWriter::text(const char* text, const FlashText* tail) {
  const size_t n = strlen(text), more = tail ? flash_length(tail) : 0;
  word(static_cast<uint16_t>(n + more));
  memcpy(data + length, text, n);
  length += n;
  for (size_t i = 0; i < more; i++) data[length++] = static_cast<uint8_t>(flash_char(tail, i));
}

bool MqttWriter::connect(const MqttLogin& l) {
  const size_t texts = strlen(l.client) + strlen(l.prefix) + flash_length(l.will_topic) + flash_length(l.will) +
                       strlen(l.user) + strlen(l.password);
  if (!begin(MQTT_CONNECT << 4, static_cast<uint32_t>(10 + 5 * 2 + texts))) return false;
  text("MQTT");
  data[length++] = 4;
  data[length++] = 0x80 | 0x40 | 0x20 | 1 << 3 | 0x04 | 0x02;  // user, password, will retained, will QoS 1, will, clean
  word(l.keepalive_s);
  text(l.client);
  text(l.prefix, l.will_topic);
  text("", l.will);
  text(l.user);
  text(l.password);
  return true;
}

bool MqttWriter::publish(const char* topic, const char* payload, size_t payload_length, uint8_t qos, bool retain,
                         bool again, uint16_t id) {
  const uint8_t first = static_cast<uint8_t>(MQTT_PUBLISH << 4 | (again ? 8 : 0) | qos << 1 | (retain ? 1 : 0));
  if (!begin(first, static_cast<uint32_t>(2 + strlen(topic) + (qos ? 2 : 0) + payload_length))) return false;
  text(topic);
  if (qos) word(id);
  memcpy(data + length, payload, payload_length);
  length += payload_length;
  return true;
}

bool MqttWriter::subscribe(const char* prefix, const FlashText* const* filters, uint8_t count, uint16_t id) {
  uint32_t remaining = 2;
  for (uint8_t i = 0; i < count; i++) remaining += static_cast<uint32_t>(3 + strlen(prefix) + flash_length(filters[i]));
  if (!begin(MQTT_SUBSCRIBE << 4 | 2, remaining)) return false;
  word(id);
  for (uint8_t i = 0; i < count; i++) {
    text(prefix, filters[i]);
    data[length++] = 1;
  }
  return true;
}

bool MqttWriter::puback(uint16_t id) {
  if (!begin(MQTT_PUBACK << 4, 2)) return false;
  word(id);
  return true;
}

bool MqttWriter::bare(MqttType type) { return begin(static_cast<uint8_t>(type << 4), 0); }

void MqttReader::reset() {
  have_first_ = in_body_ = false;
  first_ = length_bytes_ = 0;
  remaining_ = got_ = 0;
  skipped_ = 0;
}

MqttReader::Outcome MqttReader::finish(MqttPacket* packet) {
  const bool whole = remaining_ <= room_;
  packet->first = first_;
  packet->body = buffer_;
  packet->length = remaining_;
  have_first_ = in_body_ = false;
  if (whole) return PACKET;
  skipped_++;
  return MORE;
}

MqttReader::Outcome MqttReader::take(uint8_t byte, MqttPacket* packet) {
  if (!have_first_) {
    have_first_ = true;
    first_ = byte;
    remaining_ = got_ = 0;
    length_bytes_ = 0;
    return MORE;
  }
  if (!in_body_) {
    remaining_ |= static_cast<uint32_t>(byte & 0x7F) << (7 * length_bytes_);
    length_bytes_++;
    if (byte & 0x80) return length_bytes_ == 4 ? BROKEN : MORE;
    if (!remaining_) return finish(packet);
    in_body_ = true;
    return MORE;
  }
  if (got_ < room_) buffer_[got_] = byte;
  got_++;
  return got_ == remaining_ ? finish(packet) : MORE;
}

bool parse_publish(const MqttPacket& p, MqttMessage* out) {
  if (p.type() != MQTT_PUBLISH || p.length < 2) return false;
  out->qos = (p.first >> 1) & 3;
  out->retained = (p.first & 1) != 0;
  out->topic_length = be16(p.body);
  out->topic = reinterpret_cast<const char*>(p.body) + 2;
  uint32_t at = 2u + out->topic_length;
  if (!out->topic_length || out->qos == 3 || at + (out->qos ? 2 : 0) > p.length) return false;
  for (uint16_t i = 0; i < out->topic_length; i++)
    if (out->topic[i] == '#' || out->topic[i] == '+' || out->topic[i] == 0) return false;
  out->id = 0;
  if (out->qos) {
    out->id = be16(p.body + at);
    at += 2;
    if (!out->id) return false;
  }
  out->payload = reinterpret_cast<const char*>(p.body) + at;
  out->payload_length = p.length - at;
  return true;
}

}  // namespace sf
