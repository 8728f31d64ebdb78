#pragma once
#include "types.h"

namespace sf {

enum TcpState : uint8_t { TCP_CLOSED, TCP_OPENING, TCP_OPEN, TCP_ENDED };

/** One TCP connection that never blocks. */
class TcpSocket {
 public:
  virtual bool connect(const uint8_t* ip, uint16_t port, uint16_t local_port) = 0;
  /** ENDED: the other side has closed, what it sent may still be read. */
  virtual TcpState state() = 0;
  virtual size_t available() = 0;
  virtual size_t read(uint8_t* to, size_t room) = 0;
  /** All of it or nothing: false while there is no room or the last piece has not gone out. */
  virtual bool write(const uint8_t* from, size_t count) = 0;
  virtual void close() = 0;

 protected:
  ~TcpSocket() {}
};

class UdpSocket {
 public:
  virtual bool open(uint16_t local_port) = 0;
  virtual bool send(const uint8_t* ip, uint16_t port, const uint8_t* from, size_t count) = 0;
  /** Length of the next datagram, cut to `room`; 0 = none. */
  virtual size_t receive(uint8_t* to, size_t room, uint8_t* from_ip, uint16_t* from_port) = 0;
  virtual void close() = 0;

 protected:
  ~UdpSocket() {}
};

/** The Ethernet interface itself. */
class EthernetPort {
 public:
  /** Resets it and gives it its MAC; false where none answers. */
  virtual bool begin(const uint8_t* mac) = 0;
  virtual bool present() = 0;
  /** False where it has forgotten what it was told. */
  virtual bool healthy() = 0;
  virtual bool link() = 0;
  virtual void set_address(const uint8_t* ip, const uint8_t* mask, const uint8_t* gateway) = 0;

 protected:
  ~EthernetPort() {}
};

}  // namespace sf
