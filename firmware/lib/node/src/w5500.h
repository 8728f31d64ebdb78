#pragma once
#include "net.h"

namespace sf {

class SpiBus {
 public:
  virtual void select(bool selected) = 0;
  /** `to` null: what comes back is dropped; `from` null: zeros go out. */
  virtual void transfer(const uint8_t* from, uint8_t* to, size_t count) = 0;

 protected:
  ~SpiBus() {}
};

/** WIZnet W5500, from its datasheet (v1.1.0): registers, and sockets of 2 KB each way. Variable-length SPI frames. */
class W5500 : public EthernetPort {
 public:
  explicit W5500(SpiBus& spi) : spi_(spi), present_(false) {}
  bool begin(const uint8_t* mac) override;
  bool present() override { return present_; }
  bool link() override;
  void set_address(const uint8_t* ip, const uint8_t* mask, const uint8_t* gateway) override;
  /** A supply dip may reset the chip alone. */
  bool healthy() override;

  void read(uint8_t block, uint16_t at, uint8_t* to, size_t count);
  void write(uint8_t block, uint16_t at, const uint8_t* from, size_t count);
  uint8_t read8(uint8_t block, uint16_t at);
  uint16_t read16(uint8_t block, uint16_t at);
  /** Counters that move meanwhile are read until two readings agree. */
  uint16_t read_settled16(uint8_t block, uint16_t at);
  void write8(uint8_t block, uint16_t at, uint8_t value);
  void write16(uint8_t block, uint16_t at, uint16_t value);

 private:
  SpiBus& spi_;
  bool present_;
  uint8_t mac_[6];

  void frame(uint8_t block, uint16_t at, bool writing);
};

/** What TCP and UDP sockets of the chip share. */
class W5500Socket {
 protected:
  W5500Socket(W5500& chip, uint8_t number) : chip_(chip), number_(number), sending_(false) {}
  uint8_t registers() const { return static_cast<uint8_t>(number_ * 4 + 1); }
  bool command(uint8_t code);
  bool open(uint8_t mode, uint16_t local_port, uint8_t expected);
  /** Puts bytes into the transmit ring and sends them. A SEND before the SENDOK of the last one is against the rules. */
  bool transmit(const uint8_t* from, size_t count);
  /** True while the last SEND has had neither SENDOK nor a timeout. */
  bool sending();
  void take(uint8_t* to, size_t count);
  void skip(size_t count);
  void shut();
  size_t received();
  uint8_t status();

  W5500& chip_;
  const uint8_t number_;
  bool sending_;
};

class W5500Tcp : public TcpSocket, private W5500Socket {
 public:
  W5500Tcp(W5500& chip, uint8_t number) : W5500Socket(chip, number) {}
  bool connect(const uint8_t* ip, uint16_t port, uint16_t local_port) override;
  TcpState state() override;
  size_t available() override;
  size_t read(uint8_t* to, size_t room) override;
  bool write(const uint8_t* from, size_t count) override;
  void close() override;
};

class W5500Udp : public UdpSocket, private W5500Socket {
 public:
  W5500Udp(W5500& chip, uint8_t number) : W5500Socket(chip, number) {}
  bool open(uint16_t local_port) override;
  bool send(const uint8_t* ip, uint16_t port, const uint8_t* from, size_t count) override;
  size_t receive(uint8_t* to, size_t room, uint8_t* from_ip, uint16_t* from_port) override;
  void close() override { shut(); }
};

}  // namespace sf
