#include "network.h"
#include "text.h"
#include <string.h>

namespace sf {

static const Millis LINK_EVERY = 250;
static const Millis EXAMINE_EVERY = 10000;
static const Millis RESOLVE_PAUSE = 15000;
static const uint16_t KEEPALIVE_S = 30;
static const uint16_t TRIES_PER_NAME = 4;

void derive_mac(const char* house, const char* key, uint8_t* mac) {
  uint32_t hash = 2166136261u;
  for (uint8_t part = 0; part < 2; part++) {
    for (const char* at = part ? key : house; *at; at++) hash = (hash ^ static_cast<uint8_t>(*at)) * 16777619u;
    hash = (hash ^ 0xFF) * 16777619u;
  }
  mac[0] = 0x02;
  mac[1] = 0x5F;
  for (uint8_t i = 0; i < 4; i++) mac[2 + i] = static_cast<uint8_t>(hash >> (8 * i));
}

void write_topic(char* out, size_t room, const Settings& settings, const FlashText* tail) {
  Text text(out, room);
  text.add(settings.root).add('/').add(settings.house).add('/').add(tail);
}

Network::Network(EthernetPort& port, TcpSocket& tcp, UdpSocket& udp, MqttHandler& handler, Random& random)
    : mqtt(tcp, handler, random), port_(port), random_(random), dhcp_(udp, random), dns_(udp, random), settings_(nullptr),
      state_(NOT_SET_UP), link_(false), looked_(0), examined_(0), resolve_again_(0) {
  memset(&address_, 0, sizeof address_);
  memset(mac_, 0, sizeof mac_);
}

void Network::begin(const Settings& settings, Millis now) {
  settings_ = &settings;
  static const uint8_t UNSET[6] = {0, 0, 0, 0, 0, 0};
  if (memcmp(settings.mac, UNSET, 6) != 0) {
    memcpy(mac_, settings.mac, 6);
  } else {
    derive_mac(settings.house, settings.key, mac_);
  }
  Text client(client_, sizeof client_);
  client.add(settings.house).add('-').add_hex(mac_[3], 2).add_hex(mac_[4], 2).add_hex(mac_[5], 2);
  write_topic(prefix_, sizeof prefix_, settings, F_(""));
  filters_[0] = F_("alert");
  filters_[1] = F_("comando");
  mqtt.stop(now, true);
  reset(now);
}

void Network::reset(Millis now) {
  mqtt.stop(now, false);
  dhcp_.stop();
  memset(&address_, 0, sizeof address_);
  examined_ = looked_ = now;
  link_ = false;
  state_ = port_.begin(mac_) ? NO_LINK : NO_CHIP;
}

void Network::look_at_link(Millis now) {
  looked_ = now;
  const bool link = port_.link();
  if (link == link_) return;
  link_ = link;
  if (!link) {
    mqtt.stop(now, false);
    dhcp_.stop();
    state_ = NO_LINK;
    return;
  }
  state_ = NO_ADDRESS;
  if (settings_->dhcp) {
    static const uint8_t NONE[4] = {0, 0, 0, 0};
    port_.set_address(NONE, NONE, NONE);
    dhcp_.start(mac_, now);
    return;
  }
  memcpy(address_.ip, settings_->ip, 4);
  memcpy(address_.gateway, settings_->gateway, 4);
  memcpy(address_.dns, settings_->dns, 4);
  for (uint8_t i = 0; i < 4; i++) {
    const int8_t bits = static_cast<int8_t>(settings_->prefix - 8 * i);
    address_.mask[i] = bits >= 8 ? 255 : bits <= 0 ? 0 : static_cast<uint8_t>(0xFF00 >> bits);
  }
  got_address(now);
}

void Network::got_address(Millis now) {
  port_.set_address(address_.ip, address_.mask, address_.gateway);
  find_hub(now);
}

void Network::find_hub(Millis now) {
  if (!provisioned(*settings_)) {
    state_ = NOT_SET_UP;
    return;
  }
  if (parse_ip(settings_->hub, hub_)) {
    connect(now);
    return;
  }
  mqtt.stop(now, false);
  state_ = RESOLVING;
  resolve_again_ = 0;
  dns_.start(settings_->hub, address_.dns, now);
}

void Network::connect(Millis now) {
  MqttLogin login;
  login.client = client_;
  login.user = settings_->house;
  login.password = settings_->key;
  login.prefix = prefix_;
  // One by one: gcc 5.4 loses texts in flash that stand in an initializer.
  login.will_topic = F_("stato");
  login.will = F_("{\"online\":false}");
  login.keepalive_s = KEEPALIVE_S;
  mqtt.start(login, filters_, 2, hub_, settings_->port, now);
  state_ = CONNECTED;
}

void Network::redial(Millis now) {
  if (state_ == CONNECTED) find_hub(now);
}

/** Address and name. Apart from `step`, whose stack its buffer must not take while messages are handled. */
void Network::find_way(Millis now) {
  uint8_t scratch[384];
  if (state_ == RESOLVING && settings_->dhcp && !dhcp_.bound()) state_ = NO_ADDRESS;
  if (settings_->dhcp && (state_ != RESOLVING || !dhcp_.resting()) && dhcp_.step(scratch, sizeof scratch, now)) {
    address_ = dhcp_.address();
    if (dhcp_.bound()) {
      got_address(now);
    } else {
      mqtt.stop(now, false);
      port_.set_address(address_.ip, address_.mask, address_.gateway);
      state_ = NO_ADDRESS;
    }
  }
  if (state_ == RESOLVING && (!settings_->dhcp || dhcp_.resting())) {
    if (resolve_again_) {
      if (now >= resolve_again_) find_hub(now);
      return;
    }
    switch (dns_.step(scratch, sizeof scratch, now)) {
      case Dns::FOUND:
        dns_.stop();
        memcpy(hub_, dns_.ip(), 4);
        connect(now);
        break;
      case Dns::FAILED:
        dns_.stop();
        resolve_again_ = now + RESOLVE_PAUSE;
        break;
      case Dns::WAITING: break;
    }
  }
}

void Network::step(Millis now) {
  if (!settings_) return;
  if (now - examined_ >= EXAMINE_EVERY) {
    examined_ = now;
    if (!port_.present() || !port_.healthy()) {
      reset(now);
      return;
    }
  }
  if (state_ == NO_CHIP) return;
  if (now - looked_ >= LINK_EVERY) look_at_link(now);
  if (!link_) return;

  find_way(now);
  if (state_ != CONNECTED) return;
  mqtt.step(now);
  // A hub that is known by name may have moved.
  uint8_t ip[4];
  if (mqtt.state() == MQTT_WAITING && mqtt.attempts() >= TRIES_PER_NAME && !parse_ip(settings_->hub, ip)) find_hub(now);
}

const FlashText* Network::state_code() const {
  switch (state_) {
    case NOT_SET_UP: return F_("spento");
    case NO_CHIP: return F_("no_scheda");
    case NO_LINK: return F_("no_link");
    case NO_ADDRESS: return F_("no_ip");
    case RESOLVING: return F_("no_nome");
    case CONNECTED: break;
  }
  return mqtt_state_code(mqtt.state());
}

}  // namespace sf
