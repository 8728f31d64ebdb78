#pragma once
#include "net.h"
#include "random.h"

namespace sf {

/** Asks one name of the local resolver, for hubs that are known by a name. */
class Dns {
 public:
  enum Outcome : uint8_t { WAITING, FOUND, FAILED };
  Dns(UdpSocket& socket, Random& random) : socket_(socket), random_(random) {}
  void start(const char* name, const uint8_t* server, Millis now);
  Outcome step(uint8_t* buffer, size_t room, Millis now);
  void stop() { socket_.close(); }
  const uint8_t* ip() const { return ip_; }

 private:
  UdpSocket& socket_;
  Random& random_;
  const char* name_;
  uint8_t server_[4], ip_[4], tries_;
  uint16_t query_;
  Millis again_;

  size_t write(uint8_t* buffer, size_t room) const;
};

/** The first IPv4 address that a reply to query `query` holds. False for anything else, however it is made. */
bool parse_dns_reply(const uint8_t* reply, size_t length, uint16_t query, uint8_t* ip);

}  // namespace sf
