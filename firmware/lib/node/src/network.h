#pragma once
#include "dhcp.h"
#include "dns.h"
#include "mqtt_client.h"
#include "settings.h"

namespace sf {

/** Cable, address, name, broker, in this order; each of them may go at any time. */
class Network {
 public:
  enum State : uint8_t { NOT_SET_UP, NO_CHIP, NO_LINK, NO_ADDRESS, RESOLVING, CONNECTED };

  Network(EthernetPort& port, TcpSocket& tcp, UdpSocket& udp, MqttHandler& handler, Random& random);
  /** Starts, or starts anew with other settings. `settings` must stay. */
  void begin(const Settings& settings, Millis now);
  void step(Millis now);
  /** Drops the connection and makes it again. */
  void redial(Millis now);
  void say_goodbye(Millis now) { mqtt.stop(now, true); }

  State state() const { return state_; }
  bool link() const { return link_; }
  const Address& address() const { return address_; }
  const uint8_t* mac() const { return mac_; }
  /** Writes the broker's state, or what is still missing for it. */
  const FlashText* state_code() const;

  MqttClient mqtt;

 private:
  EthernetPort& port_;
  Random& random_;
  Dhcp dhcp_;
  Dns dns_;
  const Settings* settings_;
  State state_;
  bool link_;
  Address address_;
  uint8_t mac_[6], hub_[4];
  Millis looked_, examined_, resolve_again_;
  char client_[ID_LENGTH + 8], prefix_[2 * ID_LENGTH + 3];
  const FlashText* filters_[2];

  void reset(Millis now);
  void look_at_link(Millis now);
  void got_address(Millis now);
  void find_way(Millis now);
  void find_hub(Millis now);
  void connect(Millis now);
};

/** A locally administered MAC that is the same for the same house and key, different for others. */
void derive_mac(const char* house, const char* key, uint8_t* mac);
/** `comunita/casa_A/` + tail. */
void write_topic(char* out, size_t room, const Settings& settings, const FlashText* tail);

}  // namespace sf
