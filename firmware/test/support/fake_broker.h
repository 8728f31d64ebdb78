#pragma once
#include "fake_board.h"

struct Published {
  std::string topic, payload;
  bool retain, again;
  uint8_t qos;
  uint16_t id;
};

/** A broker at the other end of the one socket: strict with what comes, and as bad as a test wants it to be. */
struct FakeBroker : sf::TcpSocket {
  bool listening = true;   // a connection is accepted
  bool frozen = false;     // takes bytes, answers nothing
  bool deaf_disk = false;  // holds back the PUBACKs of readings
  uint8_t refusal = 0;     // CONNACK code
  uint8_t granted = 1;
  std::vector<Published> published;
  std::vector<std::string> filters, faults;
  std::string user, password, client, will_topic, will;
  int connections = 0, goodbyes = 0, pings = 0;
  uint16_t next_id = 1;
  std::vector<uint16_t> acked;

  sf::TcpState state_ = sf::TCP_CLOSED;
  std::string to_node, from_node;

  bool connect(const uint8_t*, uint16_t, uint16_t) override {
    to_node.clear();
    from_node.clear();
    state_ = listening ? sf::TCP_OPEN : sf::TCP_OPENING;
    connections++;
    return true;
  }
  sf::TcpState state() override { return state_; }
  size_t available() override { return frozen ? 0 : to_node.size(); }
  size_t read(uint8_t* to, size_t room) override {
    if (frozen) return 0;
    const size_t n = std::min(room, to_node.size());
    std::memcpy(to, to_node.data(), n);
    to_node.erase(0, n);
    return n;
  }
  bool write(const uint8_t* from, size_t count) override {
    if (state_ != sf::TCP_OPEN) return false;
    from_node.append(reinterpret_cast<const char*>(from), count);
    if (!frozen) digest();
    return true;
  }
  void close() override { state_ = sf::TCP_CLOSED; }

  void drop() { state_ = sf::TCP_ENDED; }
  void kill() {
    state_ = sf::TCP_CLOSED;
    listening = false;
  }

  void put(uint8_t first, const std::string& body) {
    to_node += static_cast<char>(first);
    size_t n = body.size();
    do {
      to_node += static_cast<char>((n & 0x7F) | (n > 127 ? 0x80 : 0));
      n >>= 7;
    } while (n);
    to_node += body;
  }
  static std::string word(size_t v) { return {static_cast<char>(v >> 8), static_cast<char>(v & 255)}; }
  static std::string text(const std::string& t) { return word(t.size()) + t; }

  void send(const std::string& topic, const std::string& payload, uint8_t qos = 1, bool retain = false) {
    put(static_cast<uint8_t>(0x30 | qos << 1 | (retain ? 1 : 0)), text(topic) + (qos ? word(next_id++) : "") + payload);
  }

  void digest() {
    while (from_node.size() >= 2) {
      size_t length = 0, at = 1, shift = 0;
      while (at < from_node.size()) {
        const uint8_t b = static_cast<uint8_t>(from_node[at++]);
        length |= static_cast<size_t>(b & 0x7F) << shift;
        shift += 7;
        if (!(b & 0x80)) break;
      }
      if (from_node.size() < at + length) return;
      const uint8_t first = static_cast<uint8_t>(from_node[0]);
      const std::string body = from_node.substr(at, length);
      from_node.erase(0, at + length);
      handle(first, body);
    }
  }

  static size_t be(const std::string& s, size_t at) {
    return static_cast<uint8_t>(s.at(at)) * 256u + static_cast<uint8_t>(s.at(at + 1));
  }
  static std::string take(const std::string& s, size_t& at) {
    const size_t n = be(s, at);
    const std::string out = s.substr(at + 2, n);
    at += 2 + n;
    return out;
  }

  void handle(uint8_t first, const std::string& b) {
    switch (first >> 4) {
      case 1: {
        if (b.substr(0, 8) != std::string("\0\4MQTT\4\xEE", 8)) faults.push_back("CONNECT head");
        size_t at = 10;
        client = take(b, at);
        will_topic = take(b, at);
        will = take(b, at);
        user = take(b, at);
        password = take(b, at);
        if (at != b.size()) faults.push_back("CONNECT length");
        put(0x20, {0, static_cast<char>(refusal)});
        break;
      }
      case 3: {
        size_t at = 0;
        Published p;
        p.topic = take(b, at);
        p.qos = (first >> 1) & 3;
        p.retain = first & 1;
        p.again = first & 8;
        p.id = 0;
        if (p.qos) p.id = static_cast<uint16_t>(be(b, at)), at += 2;
        p.payload = b.substr(at);
        published.push_back(p);
        const bool reading = p.payload.find("\"seq\"") != std::string::npos;
        if (p.qos && !(deaf_disk && reading)) put(0x40, word(p.id));
        break;
      }
      case 4: acked.push_back(static_cast<uint16_t>(be(b, 0))); break;
      case 8: {
        if ((first & 15) != 2) faults.push_back("SUBSCRIBE flags");
        size_t at = 2;
        std::string answer = b.substr(0, 2);
        filters.clear();
        while (at < b.size()) {
          filters.push_back(take(b, at));
          at++;
          answer += static_cast<char>(granted);
        }
        put(0x90, answer);
        break;
      }
      case 12:
        pings++;
        put(0xD0, "");
        break;
      case 14: goodbyes++; break;
      default: faults.push_back("packet type");
    }
  }
};
