#include "w5500.h"
#include <string.h>

namespace sf {

static const uint8_t COMMON = 0;
static const uint16_t MR = 0x0000, GAR = 0x0001, SUBR = 0x0005, SHAR = 0x0009, SIPR = 0x000F;
static const uint16_t RTR = 0x0019, RCR = 0x001B, PHYCFGR = 0x002E, VERSIONR = 0x0039;
static const uint16_t SN_MR = 0x0000, SN_CR = 0x0001, SN_IR = 0x0002, SN_SR = 0x0003, SN_PORT = 0x0004;
static const uint16_t SN_DIPR = 0x000C, SN_DPORT = 0x0010, SN_TX_FSR = 0x0020, SN_TX_WR = 0x0024;
static const uint16_t SN_RX_RSR = 0x0026, SN_RX_RD = 0x0028;
static const uint8_t RESET = 0x80, LINK_ON = 0x01, VERSION = 4;
static const uint8_t MODE_TCP = 0x21, MODE_UDP = 0x02;  // TCP acknowledges at once
static const uint8_t OPEN = 0x01, CONNECT = 0x04, DISCON = 0x08, CLOSE = 0x10, SEND = 0x20, RECV = 0x40;
static const uint8_t IR_TIMEOUT = 0x08, IR_SENDOK = 0x10, IR_ALL = 0x1F;
static const uint8_t CLOSED = 0x00, INIT = 0x13, SYNSENT = 0x15, ESTABLISHED = 0x17, CLOSE_WAIT = 0x1C, UDP = 0x22;
static const uint8_t TRIES = 200;

void W5500::frame(uint8_t block, uint16_t at, bool writing) {
  const uint8_t head[3] = {static_cast<uint8_t>(at >> 8), static_cast<uint8_t>(at),
                           static_cast<uint8_t>(block << 3 | (writing ? 4 : 0))};
  spi_.select(true);
  spi_.transfer(head, nullptr, sizeof head);
}

void W5500::read(uint8_t block, uint16_t at, uint8_t* to, size_t count) {
  frame(block, at, false);
  spi_.transfer(nullptr, to, count);
  spi_.select(false);
}

void W5500::write(uint8_t block, uint16_t at, const uint8_t* from, size_t count) {
  frame(block, at, true);
  spi_.transfer(from, nullptr, count);
  spi_.select(false);
}

uint8_t W5500::read8(uint8_t block, uint16_t at) {
  uint8_t b;
  read(block, at, &b, 1);
  return b;
}

uint16_t W5500::read16(uint8_t block, uint16_t at) {
  uint8_t b[2];
  read(block, at, b, 2);
  return be16(b);
}

uint16_t W5500::read_settled16(uint8_t block, uint16_t at) {
  uint16_t last = read16(block, at);
  for (uint8_t i = 0; i < 8; i++) {
    const uint16_t again = read16(block, at);
    if (again == last) break;
    last = again;
  }
  return last;
}

void W5500::write8(uint8_t block, uint16_t at, uint8_t value) { write(block, at, &value, 1); }

void W5500::write16(uint8_t block, uint16_t at, uint16_t value) {
  const uint8_t b[2] = {static_cast<uint8_t>(value >> 8), static_cast<uint8_t>(value)};
  write(block, at, b, 2);
}

bool W5500::begin(const uint8_t* mac) {
  memcpy(mac_, mac, sizeof mac_);
  write8(COMMON, MR, RESET);
  present_ = false;
  for (uint8_t i = 0; i < TRIES; i++) {
    if (read8(COMMON, MR) & RESET) continue;
    present_ = read8(COMMON, VERSIONR) == VERSION;
    if (present_) break;
  }
  if (!present_) return false;
  write(COMMON, SHAR, mac_, sizeof mac_);
  // 0.2 s, doubling, 5 times: a peer that is gone is noticed within 13 s.
  write16(COMMON, RTR, 2000);
  write8(COMMON, RCR, 5);
  return true;
}

bool W5500::link() { return present_ && (read8(COMMON, PHYCFGR) & LINK_ON) != 0; }

bool W5500::healthy() {
  uint8_t mac[6];
  read(COMMON, SHAR, mac, sizeof mac);
  return read8(COMMON, VERSIONR) == VERSION && memcmp(mac, mac_, sizeof mac) == 0;
}

void W5500::set_address(const uint8_t* ip, const uint8_t* mask, const uint8_t* gateway) {
  write(COMMON, GAR, gateway, 4);
  write(COMMON, SUBR, mask, 4);
  write(COMMON, SIPR, ip, 4);
}

bool W5500Socket::command(uint8_t code) {
  chip_.write8(registers(), SN_CR, code);
  for (uint8_t i = 0; i < TRIES; i++)
    if (chip_.read8(registers(), SN_CR) == 0) return true;
  return false;
}

uint8_t W5500Socket::status() { return chip_.read8(registers(), SN_SR); }

bool W5500Socket::open(uint8_t mode, uint16_t local_port, uint8_t expected) {
  shut();
  chip_.write8(registers(), SN_MR, mode);
  chip_.write16(registers(), SN_PORT, local_port);
  return command(OPEN) && status() == expected;
}

void W5500Socket::shut() {
  if (status() != CLOSED) command(CLOSE);
  chip_.write8(registers(), SN_IR, IR_ALL);
  sending_ = false;
}

bool W5500Socket::sending() {
  if (!sending_) return false;
  const uint8_t flags = chip_.read8(registers(), SN_IR) & (IR_SENDOK | IR_TIMEOUT);
  if (!flags) return true;
  chip_.write8(registers(), SN_IR, flags);
  sending_ = false;
  return false;
}

bool W5500Socket::transmit(const uint8_t* from, size_t count) {
  if (sending() || chip_.read_settled16(registers(), SN_TX_FSR) < count) return false;
  const uint16_t at = chip_.read16(registers(), SN_TX_WR);
  // The offset wraps inside the chip: the ring needs no care here.
  chip_.write(static_cast<uint8_t>(registers() + 1), at, from, count);
  chip_.write16(registers(), SN_TX_WR, static_cast<uint16_t>(at + count));
  sending_ = command(SEND);
  return sending_;
}

size_t W5500Socket::received() { return chip_.read_settled16(registers(), SN_RX_RSR); }

void W5500Socket::take(uint8_t* to, size_t count) {
  const uint16_t at = chip_.read16(registers(), SN_RX_RD);
  chip_.read(static_cast<uint8_t>(registers() + 2), at, to, count);
  chip_.write16(registers(), SN_RX_RD, static_cast<uint16_t>(at + count));
  command(RECV);
}

void W5500Socket::skip(size_t count) {
  chip_.write16(registers(), SN_RX_RD, static_cast<uint16_t>(chip_.read16(registers(), SN_RX_RD) + count));
  command(RECV);
}

bool W5500Tcp::connect(const uint8_t* ip, uint16_t port, uint16_t local_port) {
  if (!W5500Socket::open(MODE_TCP, local_port, INIT)) return false;
  chip_.write(registers(), SN_DIPR, ip, 4);
  chip_.write16(registers(), SN_DPORT, port);
  return command(CONNECT);
}

TcpState W5500Tcp::state() {
  switch (status()) {
    case INIT:
    case SYNSENT: return TCP_OPENING;
    case ESTABLISHED: return TCP_OPEN;
    case CLOSE_WAIT: return TCP_ENDED;
    default: return TCP_CLOSED;
  }
}

size_t W5500Tcp::available() { return received(); }

size_t W5500Tcp::read(uint8_t* to, size_t room) {
  const size_t waiting = received();
  const size_t count = waiting < room ? waiting : room;
  if (count) take(to, count);
  return count;
}

void W5500Tcp::close() {
  // What was sent goes out before the FIN; the socket is taken back when it is opened next.
  const uint8_t now = status();
  if (now == ESTABLISHED || now == CLOSE_WAIT) {
    command(DISCON);
  } else {
    shut();
  }
}

bool W5500Tcp::write(const uint8_t* from, size_t count) { return status() == ESTABLISHED && transmit(from, count); }

bool W5500Udp::open(uint16_t local_port) { return W5500Socket::open(MODE_UDP, local_port, UDP); }

bool W5500Udp::send(const uint8_t* ip, uint16_t port, const uint8_t* from, size_t count) {
  if (sending()) return false;
  chip_.write(registers(), SN_DIPR, ip, 4);
  chip_.write16(registers(), SN_DPORT, port);
  return transmit(from, count);
}

size_t W5500Udp::receive(uint8_t* to, size_t room, uint8_t* from_ip, uint16_t* from_port) {
  if (received() < 8) return 0;
  uint8_t head[8];
  take(head, sizeof head);
  memcpy(from_ip, head, 4);
  *from_port = be16(head + 4);
  const size_t length = be16(head + 6);
  const size_t count = length < room ? length : room;
  if (count) take(to, count);
  if (length > count) skip(length - count);
  return count;
}

}  // namespace sf
