#pragma once
#include "fake_board.h"

/** The chip's registers and rings behind an SPI bus, as its datasheet has them, strict about the order of commands. */
struct FakeW5500 : sf::SpiBus {
  struct Socket {
    std::vector<uint8_t> reg = std::vector<uint8_t>(0x30, 0);
    std::vector<uint8_t> tx = std::vector<uint8_t>(2048), rx = std::vector<uint8_t>(2048);
    uint16_t tx_read = 0, rx_write = 0, rx_seen = 0;
    int sending = 0;
    std::string sent;
  };
  std::vector<uint8_t> common = std::vector<uint8_t>(0x40, 0);
  Socket sockets[8];
  std::vector<std::string> violations;
  bool absent = false, selected = false;
  std::vector<uint8_t> head;
  uint16_t at = 0;

  FakeW5500() { common[0x39] = 4, common[0x2E] = 1; }

  static uint16_t be(const std::vector<uint8_t>& r, size_t i) { return static_cast<uint16_t>(r[i] << 8 | r[i + 1]); }
  static void put(std::vector<uint8_t>& r, size_t i, uint16_t v) { r[i] = static_cast<uint8_t>(v >> 8), r[i + 1] = static_cast<uint8_t>(v); }
  void break_rule(const char* what) { violations.push_back(what); }

  void refresh(Socket& s) {
    put(s.reg, 0x20, static_cast<uint16_t>(2048 - static_cast<uint16_t>(be(s.reg, 0x24) - s.tx_read)));
    put(s.reg, 0x26, static_cast<uint16_t>(s.rx_write - s.rx_seen));
  }
  void establish(int n) { sockets[n].reg[3] = 0x17; }
  void deliver(int n, const std::string& bytes) {
    for (char c : bytes) sockets[n].rx[sockets[n].rx_write++ % 2048] = static_cast<uint8_t>(c);
    refresh(sockets[n]);
  }
  /** Time goes on: what is sending is acknowledged after two of these. */
  void tick() {
    for (Socket& s : sockets) {
      if (!s.sending || --s.sending) continue;
      const uint16_t end = be(s.reg, 0x24);
      while (s.tx_read != end) s.sent += static_cast<char>(s.tx[s.tx_read++ % 2048]);
      s.reg[2] |= 0x10;
      refresh(s);
    }
  }
  void command(Socket& s, uint8_t code) {
    const uint8_t status = s.reg[3];
    switch (code) {
      case 0x01:
        if (status) break_rule("OPEN of an open socket");
        s.tx_read = s.rx_write = s.rx_seen = 0;
        put(s.reg, 0x24, 0), put(s.reg, 0x28, 0);
        s.reg[3] = (s.reg[0] & 15) == 1 ? 0x13 : 0x22;
        break;
      case 0x04:
        if (status != 0x13) break_rule("CONNECT outside INIT");
        s.reg[3] = 0x15;
        break;
      case 0x08:
        if (status != 0x17 && status != 0x1C) break_rule("DISCON of no connection");
        s.reg[3] = 0;
        break;
      case 0x10: s.reg[3] = 0, s.sending = 0; break;
      case 0x20:
        if (s.sending) break_rule("SEND before SENDOK");
        if (status != 0x17 && status != 0x22 && status != 0x1C) break_rule("SEND on a closed socket");
        s.sending = 2;
        break;
      case 0x40: s.rx_seen = be(s.reg, 0x28); break;
      default: break_rule("unknown command");
    }
    refresh(s);
  }

  void select(bool on) override {
    if (on == selected) break_rule("select twice");
    selected = on;
    head.clear();
  }
  uint8_t exchange(uint8_t out) {
    if (!selected) break_rule("transfer without select");
    if (absent) return 0xFF;
    if (head.size() < 3) {
      head.push_back(out);
      at = static_cast<uint16_t>(head.size() == 3 ? head[0] << 8 | head[1] : 0);
      if (head.size() == 3 && (head[2] & 3)) break_rule("not variable length");
      return 0;
    }
    const uint8_t block = static_cast<uint8_t>(head[2] >> 3);
    const bool writing = head[2] & 4;
    const uint16_t i = at++;
    if (block == 0) {
      if (writing) common.at(i) = i == 0 ? 0 : out;
      return common.at(i);
    }
    Socket& s = sockets[block / 4];
    if (block % 4 == 2) return writing ? (s.tx[i % 2048] = out) : s.tx[i % 2048];
    if (block % 4 == 3) return s.rx[i % 2048];
    if (!writing) return s.reg.at(i);
    if (i == 1) {
      command(s, out);
    } else if (i == 2) {
      s.reg[2] &= static_cast<uint8_t>(~out);
    } else {
      s.reg.at(i) = out;
      if (i == 0x25) refresh(s);
    }
    return 0;
  }
  void transfer(const uint8_t* from, uint8_t* to, size_t count) override {
    for (size_t i = 0; i < count; i++) {
      const uint8_t back = exchange(from ? from[i] : 0);
      if (to) to[i] = back;
    }
  }
};
