#include "dns.h"
#include <string.h>

namespace sf {

static const uint8_t TRIES = 4;
static const Millis PATIENCE = 2000;

void Dns::start(const char* name, const uint8_t* server, Millis now) {
  name_ = name;
  memcpy(server_, server, 4);
  query_ = static_cast<uint16_t>(random_.next());
  tries_ = 0;
  again_ = now;
  socket_.open(static_cast<uint16_t>(49152 + random_.below(16000)));
}

size_t Dns::write(uint8_t* b, size_t room) const {
  const size_t length = strlen(name_);
  if (room < 18 + length) return 0;
  memset(b, 0, 12);
  b[0] = static_cast<uint8_t>(query_ >> 8), b[1] = static_cast<uint8_t>(query_);
  b[2] = 1;  // recursion desired
  b[5] = 1;  // one question
  size_t at = 12, label = 0;
  for (size_t i = 0; i <= length; i++) {
    if (i < length && name_[i] != '.') continue;
    const size_t size = i - label;
    if (size == 0 || size > 63) return 0;
    b[at++] = static_cast<uint8_t>(size);
    memcpy(b + at, name_ + label, size);
    at += size;
    label = i + 1;
  }
  static const uint8_t TAIL[5] = {0, 0, 1, 0, 1};
  memcpy(b + at, TAIL, sizeof TAIL);
  return at + sizeof TAIL;
}

/** Past a name, which may end in a pointer; 0 where it runs out of the packet. */
static size_t skip_name(const uint8_t* p, size_t n, size_t at) {
  while (at < n) {
    if (p[at] == 0) return at + 1;
    if ((p[at] & 0xC0) == 0xC0) return at + 2;
    if (p[at] & 0xC0) return 0;
    at += 1u + p[at];
  }
  return 0;
}

bool parse_dns_reply(const uint8_t* p, size_t n, uint16_t query, uint8_t* ip) {
  if (n < 12 || be16(p) != query || !(p[2] & 0x80) || (p[3] & 15)) return false;
  size_t at = 12;
  for (uint16_t questions = be16(p + 4); questions; questions--) {
    at = skip_name(p, n, at);
    if (!at || at + 4 > n) return false;
    at += 4;
  }
  for (uint16_t answers = be16(p + 6); answers; answers--) {
    at = skip_name(p, n, at);
    if (!at || at + 10 > n) return false;
    const uint16_t type = be16(p + at);
    const uint16_t size = be16(p + at + 8);
    at += 10;
    if (at + size > n) return false;
    if (type == 1 && size == 4) {
      memcpy(ip, p + at, 4);
      return true;
    }
    at += size;
  }
  return false;
}

Dns::Outcome Dns::step(uint8_t* buffer, size_t room, Millis now) {
  uint8_t from[4];
  uint16_t port;
  if (const size_t n = socket_.receive(buffer, room, from, &port)) {
    if (port == 53 && memcmp(from, server_, 4) == 0 && parse_dns_reply(buffer, n, query_, ip_)) return FOUND;
  }
  if (now < again_) return WAITING;
  if (tries_ == TRIES) return FAILED;
  const size_t n = write(buffer, room);
  if (!n) return FAILED;
  if (socket_.send(server_, 53, buffer, n)) {
    tries_++;
    again_ = now + PATIENCE;
  } else {
    again_ = now + 200;
  }
  return WAITING;
}

}  // namespace sf
