#pragma once
#include <cmath>
#include <cstring>
#include <deque>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include <node.h>

// The board as the node sees it, without a board: EEPROM, pins, port, samples. Time is whatever the test says.

struct FakeEeprom : sf::Eeprom {
  std::vector<uint8_t> cells = std::vector<uint8_t>(4096, 0xFF);
  std::vector<uint32_t> wear = std::vector<uint32_t>(4096, 0);
  long writes_left = -1;  // power fails after so many more; -1 = never
  uint8_t read(uint16_t at) override { return cells.at(at); }
  bool ready() override { return true; }
  void write(uint16_t at, uint8_t byte) override {
    if (writes_left == 0) return;
    if (writes_left > 0) writes_left--;
    cells.at(at) = byte;
    wear.at(at)++;
  }
};

struct FakePins : sf::Pins {
  bool high[sf::LOADS] = {}, closed[sf::LOADS] = {};
  bool valve_open = false, lit = false, restarted = false;
  void relay(uint8_t output, bool level) override { high[output] = level; }
  void valve(bool open) override { valve_open = open; }
  bool wall_closed(uint8_t input) override { return closed[input]; }
  void led(bool on) override { lit = on; }
  uint16_t free_ram() override { return 1000; }
  const sf::FlashText* board_name() override { return F_("prova"); }
  void restart() override { restarted = true; }
};

struct FakeSerial : sf::SerialPort {
  std::string in, out;
  size_t at = 0;
  int read() override { return at < in.size() ? static_cast<uint8_t>(in[at++]) : -1; }
  size_t room() override { return 64; }
  void write(char c) override { out += c; }
};

/** Windows with the sums that a sine of this rms makes, without making the samples. */
inline void fill_window(sf::Window& w, double rms_counts, double mean = 512) {
  w.clear();
  w.count = 4000;
  const double offset = mean - 512;
  w.sum = static_cast<int32_t>(std::lround(offset * 4000));
  w.squares = static_cast<uint32_t>(std::lround((rms_counts * rms_counts + offset * offset) * 4000));
  const double peak = rms_counts * std::sqrt(2.0);
  w.lowest = static_cast<uint16_t>(std::max(0.0, mean - peak));
  w.highest = static_cast<uint16_t>(std::min(1023.0, mean + peak));
  w.clipped = mean + peak > 1023 || mean - peak < 0 ? 100 : 0;
  w.rises = rms_counts > 4 ? 50 : 0;
}

/** Currents in A rms on CTs of 30 A : 1 V under a 5 V reference, a window a second. */
struct FakeSampler : sf::Sampler {
  double amps[sf::CHANNELS] = {0, 0};
  double mean[sf::CHANNELS] = {512, 512};
  uint16_t ntc = 512, bandgap = 225;
  sf::Millis now = 0, next = 1000;
  bool take(sf::Sampled* out) override {
    if (now < next) return false;
    next += 1000;
    if (next + 5000 < now) next = now + 1000;
    for (int i = 0; i < sf::CHANNELS; i++) {
      const double counts = amps[i] / 30.0 / 5.0 * 1024;
      fill_window(out->channels[i], std::sqrt(counts * counts + 1.0 / 12), mean[i]);
    }
    out->ntc = ntc;
    out->bandgap = bandgap;
    out->lost = 3;
    return true;
  }
};

struct FakePort : sf::EthernetPort {
  bool plugged = true, fitted = true;
  bool begin(const uint8_t*) override { return fitted; }
  bool present() override { return fitted; }
  bool healthy() override { return fitted; }
  bool link() override { return plugged; }
  void set_address(const uint8_t*, const uint8_t*, const uint8_t*) override {}
};

struct FakeUdp : sf::UdpSocket {
  std::deque<std::vector<uint8_t>> sent, coming;
  uint16_t from_port = 67;
  bool opened = false;
  bool open(uint16_t) override { return opened = true; }
  bool send(const uint8_t*, uint16_t, const uint8_t* from, size_t count) override {
    sent.emplace_back(from, from + count);
    return true;
  }
  size_t receive(uint8_t* to, size_t room, uint8_t* ip, uint16_t* port) override {
    if (coming.empty()) return 0;
    const std::vector<uint8_t> packet = coming.front();
    coming.pop_front();
    const size_t n = std::min(room, packet.size());
    std::memcpy(to, packet.data(), n);
    const uint8_t server[4] = {192, 168, 1, 1};
    std::memcpy(ip, server, 4);
    *port = from_port;
    return n;
  }
  void close() override { opened = false; }
};
