#include "dhcp.h"
#include <string.h>

namespace sf {

static const uint16_t CLIENT = 68, SERVER = 67;
static const uint8_t DISCOVER = 1, OFFER = 2, REQUEST = 3, ACK = 5, NAK = 6;
static const uint16_t OPTIONS_AT = 240;
static const uint16_t LEAST = 300;
static const uint8_t COOKIE[4] = {99, 130, 83, 99};
static const uint8_t EVERYBODY[4] = {255, 255, 255, 255};
static const uint32_t LEAST_LEASE_S = 60;
static const uint32_t MOST_LEASE_S = 31536000;

void Dhcp::start(const uint8_t* mac, Millis now) {
  memcpy(mac_, mac, sizeof mac_);
  memset(&address_, 0, sizeof address_);
  discover(now);
}

void Dhcp::discover(Millis now) {
  state_ = SELECTING;
  transaction_ = random_.next();
  tries_ = 0;
  started_ = again_ = now;
  socket_.open(CLIENT);
}

void Dhcp::stop() {
  if (state_ != IDLE) socket_.close();
  state_ = IDLE;
}

static uint8_t* option(uint8_t* at, uint8_t code, const uint8_t* from, uint8_t count) {
  *at++ = code;
  *at++ = count;
  memcpy(at, from, count);
  return at + count;
}

void Dhcp::send(uint8_t* b, Millis now) {
  memset(b, 0, LEAST);
  b[0] = 1, b[1] = 1, b[2] = 6;
  for (uint8_t i = 0; i < 4; i++) b[4 + i] = static_cast<uint8_t>(transaction_ >> (24 - 8 * i));
  const uint32_t secs = seconds(now - started_);
  b[8] = static_cast<uint8_t>(secs >> 8), b[9] = static_cast<uint8_t>(secs);
  const bool has_address = state_ == RENEWING || state_ == REBINDING;
  if (has_address) {
    memcpy(b + 12, address_.ip, 4);
  } else {
    b[10] = 0x80;  // no address to answer to yet
  }
  memcpy(b + 28, mac_, 6);
  memcpy(b + 236, COOKIE, 4);
  uint8_t* at = b + OPTIONS_AT;
  const uint8_t type = state_ == SELECTING ? DISCOVER : REQUEST;
  at = option(at, 53, &type, 1);
  if (state_ == REQUESTING) {
    at = option(at, 50, offer_.ip, 4);
    at = option(at, 54, server_, 4);
  }
  static const uint8_t WANTED[4] = {1, 3, 6, 51};
  at = option(at, 55, WANTED, sizeof WANTED);
  *at = 255;
  const bool to_server = state_ == RENEWING;
  if (!socket_.send(to_server ? server_ : EVERYBODY, SERVER, b, LEAST)) {
    again_ = now + 200;
    return;
  }
  // 4, 8, 16 … 64 s, a second more or less.
  const uint8_t doubling = tries_ < 4 ? tries_ : 4;
  again_ = now + (static_cast<Millis>(4000) << doubling) - 1000 + random_.below(2000);
  if (tries_ < 255) tries_++;
}

void Dhcp::bind(uint32_t lease_s, Millis now) {
  if (lease_s < LEAST_LEASE_S) lease_s = LEAST_LEASE_S;
  if (lease_s > MOST_LEASE_S) lease_s = MOST_LEASE_S;
  const Millis lease = lease_s * SECOND;
  address_ = offer_;
  renew_ = now + lease / 2;
  rebind_ = now + lease * 7 / 8;
  expire_ = now + lease;
  state_ = BOUND;
  socket_.close();
}

bool Dhcp::hear(const uint8_t* p, size_t n, Millis now) {
  if (n < OPTIONS_AT || p[0] != 2 || memcmp(p + 28, mac_, 6) != 0 || memcmp(p + 236, COOKIE, 4) != 0) return false;
  for (uint8_t i = 0; i < 4; i++)
    if (p[4 + i] != static_cast<uint8_t>(transaction_ >> (24 - 8 * i))) return false;
  uint8_t type = 0, server[4] = {0, 0, 0, 0};
  uint32_t lease_s = LEAST_LEASE_S;
  Address got;
  memset(&got, 0, sizeof got);
  memcpy(got.ip, p + 16, 4);
  got.mask[0] = got.mask[1] = got.mask[2] = 255;
  for (size_t at = OPTIONS_AT; at < n && p[at] != 255;) {
    if (p[at] == 0) {
      at++;
      continue;
    }
    if (at + 1 >= n || at + 2 + p[at + 1] > n) break;
    const uint8_t code = p[at], size = p[at + 1];
    const uint8_t* v = p + at + 2;
    if (code == 53 && size == 1) type = v[0];
    if (size >= 4) {
      if (code == 1) memcpy(got.mask, v, 4);
      if (code == 3) memcpy(got.gateway, v, 4);
      if (code == 6) memcpy(got.dns, v, 4);
      if (code == 54) memcpy(server, v, 4);
      if (code == 51)
        lease_s = static_cast<uint32_t>(v[0]) << 24 | static_cast<uint32_t>(v[1]) << 16 |
                  static_cast<uint32_t>(v[2]) << 8 | v[3];
    }
    at += 2u + size;
  }
  if (state_ == SELECTING && type == OFFER && got.ip[0]) {
    offer_ = got;
    memcpy(server_, server, 4);
    state_ = REQUESTING;
    tries_ = 0;
    again_ = now;
    return false;
  }
  if (state_ == SELECTING) return false;
  if (type == NAK) {
    const bool had = bound();
    memset(&address_, 0, sizeof address_);
    discover(now);
    again_ = now + 1000;
    return had;
  }
  if (type != ACK || !got.ip[0]) return false;
  offer_ = got;
  const bool changed = memcmp(&offer_, &address_, sizeof offer_) != 0;
  bind(lease_s, now);
  return changed;
}

bool Dhcp::step(uint8_t* buffer, size_t room, Millis now) {
  if (state_ == IDLE) return false;
  if (state_ == BOUND) {
    if (now < renew_) return false;
    state_ = RENEWING;
    transaction_ = random_.next();
    tries_ = 0;
    started_ = again_ = now;
    socket_.open(CLIENT);
  }
  uint8_t ip[4];
  uint16_t port;
  if (const size_t n = socket_.receive(buffer, room, ip, &port)) {
    if (port == SERVER && hear(buffer, n, now)) return true;
    if (state_ == BOUND) return false;
  }
  if (state_ == RENEWING && now >= rebind_) state_ = REBINDING, again_ = now;
  if (state_ == REBINDING && now >= expire_) {
    memset(&address_, 0, sizeof address_);
    discover(now);
    return true;
  }
  if (state_ == REQUESTING && tries_ >= 4 && now >= again_) discover(now);
  if (now >= again_) send(buffer, now);
  return false;
}

}  // namespace sf
