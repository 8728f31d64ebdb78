#include "mqtt_client.h"
#include <string.h>

namespace sf {

static const Millis CONNECT_PATIENCE = 10000;
static const Millis ANSWER_PATIENCE = 20000;
static const Millis STEADY = 60000;
static const uint8_t MOST_DOUBLING = 6;  // 64 s, cut to 60
static const Millis LONGEST_PAUSE = 60000;
static const uint16_t BYTES_A_STEP = 256;

const FlashText* mqtt_error_code(MqttError error) {
  switch (error) {
    case NO_ERROR: return F_("nessuno");
    case TCP_FAILED: return F_("tcp");
    case REFUSED_CLIENT: return F_("connack_2");
    case REFUSED_SERVER: return F_("connack_3");
    case REFUSED_LOGIN: return F_("connack_4");
    case REFUSED_KEY: return F_("connack_5");
    case NO_ANSWER: return F_("keepalive");
    case NO_PUBACK: return F_("puback");
    case BAD_PROTOCOL: return F_("protocollo");
    case CLOSED_BY_HUB: break;
  }
  return F_("chiusa");
}

const FlashText* mqtt_state_code(MqttState state) {
  switch (state) {
    case MQTT_WAITING: return F_("attesa");
    case MQTT_TCP: return F_("tcp");
    case MQTT_GREETING:
    case MQTT_JOINING: return F_("connect");
    case MQTT_READY: return F_("connesso");
    case MQTT_OFF: break;
  }
  return F_("spento");
}

MqttClient::MqttClient(TcpSocket& socket, MqttHandler& handler, Random& random)
    : socket_(socket), handler_(handler), random_(random), login_(), filters_(nullptr), filter_count_(0), ip_(),
      doubling_(0), port_(0), attempts_(0), next_id_(0), awaited_(), join_id_(0), state_(MQTT_OFF), error_(NO_ERROR),
      deadline_(0), sent_at_(0), heard_at_(0), up_since_(0), asked_(), ping_since_(0), pinging_(false), out_(), in_(),
      writer_(out_, ROOM), reader_(in_, ROOM_IN) {}

void MqttClient::start(const MqttLogin& login, const FlashText* const* filters, uint8_t filter_count, const uint8_t* ip,
                       uint16_t port, Millis now) {
  if (state_ != MQTT_OFF) stop(now, true);
  login_ = login;
  filters_ = filters;
  filter_count_ = filter_count;
  memcpy(ip_, ip, 4);
  port_ = port;
  attempts_ = 0;
  doubling_ = 0;
  state_ = MQTT_WAITING;
  // A street that gets its power back does not ring the hub in the same second.
  deadline_ = now + random_.below(1000);
}

void MqttClient::stop(Millis now, bool goodbye) {
  if (state_ == MQTT_OFF) return;
  const bool was_ready = ready();
  if (was_ready && goodbye) {
    if (writer_.bare(MQTT_DISCONNECT)) socket_.write(out_, writer_.length);
  }
  socket_.close();
  state_ = MQTT_OFF;
  writer_.length = 0;
  if (was_ready) handler_.mqtt_down(NO_ERROR, now);
}

void MqttClient::dial(Millis now) {
  if (attempts_ < 0xFFFF) attempts_++;
  writer_.length = 0;
  reader_.reset();
  memset(awaited_, 0, sizeof awaited_);
  pinging_ = false;
  if (!socket_.connect(ip_, port_, static_cast<uint16_t>(49152 + random_.below(16000)))) {
    fail(TCP_FAILED, now);
    return;
  }
  state_ = MQTT_TCP;
  deadline_ = now + CONNECT_PATIENCE;
}

void MqttClient::fail(MqttError why, Millis now) {
  const bool was_ready = ready();
  socket_.close();
  error_ = why;
  state_ = MQTT_WAITING;
  if (was_ready && now - up_since_ >= STEADY) doubling_ = 0;
  Millis pause = SECOND << doubling_;
  if (pause > LONGEST_PAUSE) pause = LONGEST_PAUSE;
  if (doubling_ < MOST_DOUBLING) doubling_++;
  deadline_ = now + pause * 3 / 4 + random_.below(static_cast<uint32_t>(pause / 2));
  if (was_ready) handler_.mqtt_down(why, now);
}

uint16_t MqttClient::fresh_id() {
  do next_id_++;
  while (!next_id_ || next_id_ == awaited_[0] || next_id_ == awaited_[1]);
  return next_id_;
}

bool MqttClient::publish(MqttSlot slot, const char* topic, const char* payload, size_t length, bool retain, bool again,
                         Millis now) {
  if (!free(slot)) return false;
  const uint16_t id = fresh_id();
  if (!writer_.publish(topic, payload, length, 1, retain, again, id)) return false;
  awaited_[slot] = id;
  asked_[slot] = now;
  return true;
}

void MqttClient::flush(Millis now) {
  if (!writer_.length || !socket_.write(out_, writer_.length)) return;
  writer_.length = 0;
  sent_at_ = now;
}

void MqttClient::handle(const MqttPacket& p, Millis now) {
  heard_at_ = now;
  switch (p.type()) {
    case MQTT_CONNACK:
      if (state_ != MQTT_GREETING || p.length != 2) return fail(BAD_PROTOCOL, now);
      if (p.body[1]) {
        const uint8_t code = p.body[1];
        return fail(code >= 2 && code <= 5 ? static_cast<MqttError>(code) : BAD_PROTOCOL, now);
      }
      join_id_ = fresh_id();
      if (!writer_.subscribe(login_.prefix, filters_, filter_count_, join_id_)) return fail(BAD_PROTOCOL, now);
      state_ = MQTT_JOINING;
      deadline_ = now + CONNECT_PATIENCE;
      return;
    case MQTT_SUBACK:
      if (state_ != MQTT_JOINING || p.length != 2u + filter_count_ || be16(p.body) != join_id_)
        return fail(BAD_PROTOCOL, now);
      for (uint8_t i = 0; i < filter_count_; i++)
        if (p.body[2 + i] > 1) return fail(BAD_PROTOCOL, now);
      state_ = MQTT_READY;
      up_since_ = now;
      error_ = NO_ERROR;
      handler_.mqtt_up(now);
      return;
    case MQTT_PUBACK: {
      if (p.length != 2) return fail(BAD_PROTOCOL, now);
      const uint16_t id = be16(p.body);
      for (uint8_t i = 0; i < MQTT_SLOTS; i++) {
        if (!id || awaited_[i] != id) continue;
        awaited_[i] = 0;
        handler_.mqtt_acknowledged(static_cast<MqttSlot>(i), now);
      }
      return;
    }
    case MQTT_PUBLISH: {
      MqttMessage message;
      // Retained messages may come between SUBSCRIBE and SUBACK.
      if (state_ < MQTT_JOINING || !parse_publish(p, &message) || message.qos == 2) return fail(BAD_PROTOCOL, now);
      if (message.qos && !writer_.puback(message.id)) return fail(BAD_PROTOCOL, now);
      handler_.mqtt_message(message, now);
      return;
    }
    case MQTT_PINGRESP:
      pinging_ = false;
      return;
    default: return fail(BAD_PROTOCOL, now);
  }
}

void MqttClient::hear(Millis now) {
  uint8_t chunk[32];
  for (uint16_t taken = 0; taken < BYTES_A_STEP;) {
    // What answers a message must find room: a flood is left in the socket.
    if (writer_.length + 64 > ROOM) return;
    const size_t n = socket_.read(chunk, sizeof chunk);
    if (!n) return;
    taken = static_cast<uint16_t>(taken + n);
    for (size_t i = 0; i < n; i++) {
      MqttPacket packet;
      const MqttReader::Outcome outcome = reader_.take(chunk[i], &packet);
      if (outcome == MqttReader::BROKEN) return fail(BAD_PROTOCOL, now);
      if (outcome != MqttReader::PACKET) continue;
      handle(packet, now);
      if (state_ < MQTT_GREETING) return;
    }
  }
}

void MqttClient::watch(Millis now) {
  if (state_ < MQTT_READY) {
    if (now >= deadline_) fail(state_ == MQTT_TCP ? TCP_FAILED : NO_ANSWER, now);
    return;
  }
  for (uint8_t i = 0; i < MQTT_SLOTS; i++)
    if (awaited_[i] && now - asked_[i] >= ANSWER_PATIENCE) return fail(NO_PUBACK, now);
  if (pinging_) {
    if (now - ping_since_ >= ANSWER_PATIENCE) fail(NO_ANSWER, now);
    return;
  }
  const Millis idle = login_.keepalive_s * SECOND / 2;
  if (now - sent_at_ < idle && now - heard_at_ < idle) return;
  if (!writer_.bare(MQTT_PINGREQ)) return;
  pinging_ = true;
  ping_since_ = now;
}

void MqttClient::step(Millis now) {
  if (state_ == MQTT_OFF) return;
  if (state_ == MQTT_WAITING) {
    if (now >= deadline_) dial(now);
    return;
  }
  const TcpState tcp = socket_.state();
  if (state_ == MQTT_TCP) {
    if (tcp == TCP_OPEN) {
      if (!writer_.connect(login_)) return fail(BAD_PROTOCOL, now);
      state_ = MQTT_GREETING;
      deadline_ = now + CONNECT_PATIENCE;
    } else if (tcp != TCP_OPENING) {
      return fail(TCP_FAILED, now);
    }
  }
  if (state_ >= MQTT_GREETING) {
    hear(now);
    if (state_ < MQTT_GREETING) return;
    if (tcp != TCP_OPEN && !socket_.available()) return fail(CLOSED_BY_HUB, now);
  }
  flush(now);
  watch(now);
}

}  // namespace sf
