#define DOCTEST_CONFIG_IMPLEMENT_WITH_MAIN
#include <doctest.h>
#include <cstring>
#include <string>
#include <w5500.h>
#include "../support/fake_w5500.h"

using namespace sf;

namespace {

std::string hex(const uint8_t* bytes, size_t n) {
  std::string out;
  char two[4];
  for (size_t i = 0; i < n; i++) snprintf(two, sizeof two, "%02X", bytes[i]), out += two;
  return out;
}

/** A DHCP server's answer to what the client sent. */
std::vector<uint8_t> reply(const std::vector<uint8_t>& asked, uint8_t type, uint32_t lease_s, uint8_t last = 57) {
  std::vector<uint8_t> b(240, 0);
  b[0] = 2, b[1] = 1, b[2] = 6;
  std::copy(asked.begin() + 4, asked.begin() + 8, b.begin() + 4);
  std::copy(asked.begin() + 28, asked.begin() + 34, b.begin() + 28);
  const uint8_t mine[4] = {192, 168, 1, last};
  std::copy(mine, mine + 4, b.begin() + 16);
  const uint8_t cookie[4] = {99, 130, 83, 99};
  std::copy(cookie, cookie + 4, b.begin() + 236);
  const std::vector<uint8_t> options = {53, 1, type, 54, 4, 192, 168, 1, 1, 1, 4, 255, 255, 255, 0, 3, 4, 192, 168, 1, 1,
                                        6, 8, 192, 168, 1, 2, 8, 8, 8, 8, 51, 4, static_cast<uint8_t>(lease_s >> 24),
                                        static_cast<uint8_t>(lease_s >> 16), static_cast<uint8_t>(lease_s >> 8),
                                        static_cast<uint8_t>(lease_s), 255};
  b.insert(b.end(), options.begin(), options.end());
  return b;
}

uint8_t option53(const std::vector<uint8_t>& p) { return p.at(242); }

}  // namespace

TEST_CASE("packets are those of MQTT 3.1.1, byte for byte") {
  uint8_t buffer[300];
  MqttWriter w(buffer, sizeof buffer);
  MqttLogin l;
  l.client = "c", l.user = "u", l.password = "p", l.prefix = "r/h/", l.keepalive_s = 30;
  l.will_topic = F_("stato"), l.will = F_("x");
  CHECK(w.connect(l));
  CHECK(hex(buffer, w.length) == "1021" "00044D515454" "04EE001E" "000163" "0009722F682F737461746F" "000178" "000175" "000170");
  w.length = 0;
  CHECK(w.publish("a/b", "hey", 3, 1, true, true, 0x1234));
  CHECK(hex(buffer, w.length) == "3B0A0003612F62123468" "6579");
  w.length = 0;
  const FlashText* filters[] = {F_("a"), F_("bc")};
  CHECK(w.subscribe("p/", filters, 2, 7));
  CHECK(hex(buffer, w.length) == "820F0007" "0003702F6101" "0004702F626301");
  w.length = 0;
  CHECK(w.puback(7));
  CHECK(w.bare(MQTT_PINGREQ));
  CHECK(hex(buffer, w.length) == "40020007C000");
  // Two bytes of length from 128 on; what does not fit is not there at all.
  const std::string large(200, 'x');
  w.length = 0;
  CHECK(w.publish("t", large.data(), large.size(), 0, false, false, 0));
  CHECK(hex(buffer, 3) == "30CB01");
  CHECK(!w.publish("t", large.data(), large.size(), 0, false, false, 0));
  CHECK(w.length == 206);
}

TEST_CASE("a stream is taken apart at any cut; what is too long is skipped, a length of five bytes is the end") {
  uint8_t buffer[16];
  MqttReader r(buffer, sizeof buffer);
  MqttPacket p;
  const std::string stream = std::string("\x30\x05\0\1thi\xD0\0\x30\x80\x02", 12) + std::string(256, 'z') + std::string("\x40\2\0\7", 4);
  std::string seen;
  for (char c : stream)
    if (r.take(static_cast<uint8_t>(c), &p) == MqttReader::PACKET) seen += std::to_string(p.type()) + ",";
  CHECK(seen == "3,13,4,");
  CHECK(r.skipped() == 1);
  for (uint8_t b : {0x30, 0x80, 0x80, 0x80}) CHECK(r.take(b, &p) == MqttReader::MORE);
  CHECK(r.take(0x80, &p) == MqttReader::BROKEN);
}

TEST_CASE("JSON: what is asked for comes out, what is not JSON does not go in") {
  JsonReader j;
  const std::string good = " {\"id\":\"a\\u0041\\\"\", \"n\":180.0,\"d\":-1.25,\"b\":true,\"x\":{\"y\":[1,{\"z\":null}]},\"e\":1e3,\"big\":4294967296} ";
  REQUIRE(j.parse(good.data(), good.size()));
  char text[8];
  uint32_t n;
  int32_t d;
  bool b;
  CHECK(j.text(F_("id"), text, sizeof text));
  CHECK(std::string(text) == "aA\"");
  CHECK((j.natural(F_("n"), 600, &n) && n == 180));
  CHECK(!j.natural(F_("n"), 100, &n));
  CHECK(!j.natural(F_("d"), 100, &n));
  CHECK(!j.natural(F_("e"), 10000, &n));
  CHECK(!j.natural(F_("big"), 0xFFFFFFFF, &n));
  CHECK((j.decimal(F_("d"), 3, &d) && d == -1250));
  CHECK((j.boolean(F_("b"), &b) && b));
  CHECK(!j.boolean(F_("x"), &b));
  CHECK(!j.text(F_("id"), text, 3));
  CHECK(!j.has(F_("y")));
  for (const char* bad : {"", "{", "}", "{}x", "{\"a\":}", "{\"a\":1,}", "{a:1}", "{\"a\":01}", "{\"a\":1.}", "{\"a\":+1}", "{\"a\":tru}",
                          "{\"a\":\"\\x\"}", "{\"a\":\"\\u00g0\"}", "{\"a\":1,\"a\":2}", "{\"a\":[1,]}", "[1]", "{\"a\":\"\n\"}",
                          "{\"a\":[[[[[[[[1]]]]]]]]}"})
    CHECK_MESSAGE(!j.parse(bad, std::strlen(bad)), bad);
}

TEST_CASE("DHCP: an address comes, is renewed at half its time, and is given up when nobody renews it") {
  FakeUdp udp;
  Random random(5);
  Dhcp dhcp(udp, random);
  const uint8_t mac[6] = {2, 0x5F, 1, 2, 3, 4};
  uint8_t scratch[384];
  Millis now = 0;
  dhcp.start(mac, now);
  auto step = [&] { return dhcp.step(scratch, sizeof scratch, now); };
  step();
  REQUIRE(udp.sent.size() == 1);
  CHECK(option53(udp.sent.back()) == 1);
  udp.coming.push_back(reply(udp.sent.back(), 2, 3600));
  step();
  step();
  CHECK(option53(udp.sent.back()) == 3);
  udp.coming.push_back(reply(udp.sent.back(), 5, 3600));
  CHECK(step());
  CHECK(dhcp.bound());
  CHECK(dhcp.address().ip[3] == 57);
  CHECK(dhcp.address().dns[3] == 2);
  CHECK(dhcp.address().gateway[3] == 1);
  CHECK(!udp.opened);
  const size_t asked = udp.sent.size();
  now += 1799 * SECOND;
  step();
  CHECK(udp.sent.size() == asked);
  now += 2 * SECOND;
  step();
  CHECK(udp.sent.size() == asked + 1);
  CHECK(udp.sent.back()[12] == 192);
  udp.coming.push_back(reply(udp.sent.back(), 5, 3600));
  CHECK(!step());
  CHECK(dhcp.resting());
  bool lost = false;
  for (int i = 0; i < 3700 && !lost; i++) now += SECOND, lost = step();
  CHECK(lost);
  CHECK(!dhcp.bound());
}

TEST_CASE("DHCP: a refusal, other people's answers and lost packets") {
  FakeUdp udp;
  Random random(6);
  Dhcp dhcp(udp, random);
  const uint8_t mac[6] = {2, 0x5F, 1, 2, 3, 4};
  uint8_t scratch[384];
  Millis now = 0;
  dhcp.start(mac, now);
  for (int i = 0; i < 60; i++) now += SECOND, dhcp.step(scratch, sizeof scratch, now);
  CHECK(udp.sent.size() >= 4);
  CHECK(udp.sent.size() <= 6);
  auto other = reply(udp.sent.back(), 2, 3600);
  other[4] ^= 1;
  udp.coming.push_back(other);
  other = reply(udp.sent.back(), 2, 3600);
  other[30] ^= 1;
  udp.coming.push_back(other);
  for (int i = 0; i < 3; i++) dhcp.step(scratch, sizeof scratch, now);
  CHECK(option53(udp.sent.back()) == 1);
  udp.coming.push_back(reply(udp.sent.back(), 2, 3600));
  dhcp.step(scratch, sizeof scratch, now);
  dhcp.step(scratch, sizeof scratch, now);
  CHECK(option53(udp.sent.back()) == 3);
  udp.coming.push_back(reply(udp.sent.back(), 6, 0));
  dhcp.step(scratch, sizeof scratch, now);
  now += 2 * SECOND;
  dhcp.step(scratch, sizeof scratch, now);
  CHECK(option53(udp.sent.back()) == 1);
}

TEST_CASE("DNS: the first address of a reply, past aliases; nothing of what is not the reply") {
  uint8_t ip[4];
  const std::string name("\3hub\5local\0", 11);
  std::string p = std::string("\x12\x34\x81\x80\0\1\0\2\0\0\0\0", 12) + name + std::string("\0\1\0\1", 4) +
                  std::string("\xC0\x0C\0\5\0\1\0\0\0\x3C\0\2\xC0\x0C", 14) + std::string("\xC0\x0C\0\1\0\1\0\0\0\x3C\0\4\xC0\xA8\1\x0A", 16);
  const uint8_t* bytes = reinterpret_cast<const uint8_t*>(p.data());
  CHECK(parse_dns_reply(bytes, p.size(), 0x1234, ip));
  CHECK(hex(ip, 4) == "C0A8010A");
  CHECK(!parse_dns_reply(bytes, p.size(), 0x1235, ip));
  for (size_t n = 0; n < p.size(); n++) CHECK(!parse_dns_reply(bytes, n, 0x1234, ip));
}

TEST_CASE("the W5500: found, addressed, connected; every SEND waits for the SENDOK before it") {
  FakeW5500 chip;
  W5500 driver(chip);
  const uint8_t mac[6] = {2, 0x5F, 1, 2, 3, 4}, ip[4] = {192, 168, 1, 50}, mask[4] = {255, 255, 255, 0}, gw[4] = {192, 168, 1, 1};
  CHECK(driver.begin(mac));
  driver.set_address(ip, mask, gw);
  CHECK(hex(&chip.common[0x0F], 4) == "C0A80132");
  CHECK(driver.healthy());
  CHECK(driver.link());
  chip.common[0x2E] = 0;
  CHECK(!driver.link());
  chip.common[0x2E] = 1;
  W5500Tcp tcp(driver, 0);
  const uint8_t hub[4] = {192, 168, 1, 10};
  CHECK(tcp.connect(hub, 1883, 50000));
  CHECK(tcp.state() == TCP_OPENING);
  chip.establish(0);
  CHECK(tcp.state() == TCP_OPEN);
  // 4 KB in pieces of 100 bytes go round the ring twice and arrive whole.
  std::string sent;
  for (int i = 0; sent.size() < 4000;) {
    const std::string piece(100, static_cast<char>('a' + i % 26));
    if (tcp.write(reinterpret_cast<const uint8_t*>(piece.data()), piece.size())) sent += piece, i++;
    chip.tick();
  }
  for (int i = 0; i < 10; i++) chip.tick();
  CHECK(chip.sockets[0].sent == sent);
  std::string come;
  for (int i = 0; i < 60; i++) {
    chip.deliver(0, "reading " + std::to_string(i) + ";");
    uint8_t some[7];
    while (const size_t n = tcp.read(some, sizeof some)) come.append(reinterpret_cast<char*>(some), n);
  }
  CHECK(come.size() == 10 * 10 + 50 * 11);
  CHECK(come.substr(0, 20) == "reading 0;reading 1;");
  chip.sockets[0].reg[3] = 0x1C;
  CHECK(tcp.state() == TCP_ENDED);
  tcp.close();
  CHECK(chip.violations.empty());
  for (auto& v : chip.violations) MESSAGE(v);
  // A supply dip has reset the chip alone.
  chip.common[0x09] = 0;
  CHECK(!driver.healthy());
  chip.absent = true;
  CHECK(!driver.begin(mac));
}

TEST_CASE("UDP through the W5500: datagrams whole, long ones cut, the next one intact") {
  FakeW5500 chip;
  W5500 driver(chip);
  const uint8_t mac[6] = {2, 0x5F, 1, 2, 3, 4}, to[4] = {192, 168, 1, 1};
  driver.begin(mac);
  W5500Udp udp(driver, 1);
  CHECK(udp.open(68));
  CHECK(udp.send(to, 67, reinterpret_cast<const uint8_t*>("hello"), 5));
  CHECK(!udp.send(to, 67, reinterpret_cast<const uint8_t*>("hello"), 5));
  chip.tick();
  chip.tick();
  CHECK(udp.send(to, 67, reinterpret_cast<const uint8_t*>("again"), 5));
  chip.deliver(1, std::string("\xC0\xA8\1\1\0\x43\0\x0A", 8) + "0123456789");
  chip.deliver(1, std::string("\xC0\xA8\1\1\0\x43\0\3", 8) + "abc");
  uint8_t buffer[6], from[4];
  uint16_t port;
  CHECK(udp.receive(buffer, 6, from, &port) == 6);
  CHECK(port == 67);
  CHECK(udp.receive(buffer, 6, from, &port) == 3);
  CHECK(std::string(reinterpret_cast<char*>(buffer), 3) == "abc");
  CHECK(udp.receive(buffer, 6, from, &port) == 0);
  CHECK(chip.violations.empty());
}
