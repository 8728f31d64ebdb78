#pragma once
#include "net.h"
#include "random.h"

namespace sf {

struct Address {
  uint8_t ip[4], mask[4], gateway[4], dns[4];
};

/** RFC 2131 client: keeps a lease, renews it at half its time, gives the address up when it ends. */
class Dhcp {
 public:
  Dhcp(UdpSocket& socket, Random& random) : socket_(socket), random_(random), state_(IDLE) {}
  void start(const uint8_t* mac, Millis now);
  void stop();
  /** True where the address has come, changed or gone. `buffer` is scratch of at least 320 bytes. */
  bool step(uint8_t* buffer, size_t room, Millis now);
  bool bound() const { return state_ >= BOUND; }
  /** Nothing to do on the socket now: others may use it. */
  bool resting() const { return state_ == BOUND; }
  const Address& address() const { return address_; }

 private:
  enum State : uint8_t { IDLE, SELECTING, REQUESTING, BOUND, RENEWING, REBINDING };
  UdpSocket& socket_;
  Random& random_;
  State state_;
  uint8_t mac_[6], server_[4], tries_;
  uint32_t transaction_;
  Address address_, offer_;
  Millis started_, again_, renew_, rebind_, expire_;

  void send(uint8_t* buffer, Millis now);
  void discover(Millis now);
  bool hear(const uint8_t* packet, size_t length, Millis now);
  void bind(uint32_t lease_s, Millis now);
};

}  // namespace sf
