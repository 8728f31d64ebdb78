#include "node.h"
#include <string.h>

namespace sf {

static const Millis NETWORK_EVERY = 5;
static const Millis ACTUATE_EVERY = 10;
static const Millis LED_EVERY = 50;
static const Millis COUNTERS_EVERY = 120000;
static const Millis STATES_EVERY = 60000;
static const Millis OFFLINE_EVERY = 60000;
static const Millis CHANGE_LEAST = 2000;

const FlashText* reset_code(ResetCause cause) {
  switch (cause) {
    case RESET_POWER: return F_("accensione");
    case RESET_BROWN_OUT: return F_("tensione");
    case RESET_EXTERNAL: return F_("esterno");
    case RESET_WATCHDOG: return F_("watchdog");
    case RESET_UNKNOWN: break;
  }
  return F_("ignoto");
}

Node::Node(const Hardware& hardware)
    : hw_(hardware), random_(1), writer_(hw_.eeprom), store_(writer_), events_(hw_.eeprom, writer_), settings_(),
      edited_(), unsaved_(false), save_wanted_(false), saving_(false), kept_(), cause_(RESET_UNKNOWN), outbox_(settings_), network_(hw_.port, hw_.tcp, hw_.udp, *this, random_),
      diag_(*this), was_linked_(false), was_addressed_(false), restarting_(false), last_production_w_(0),
      last_consumption_w_(0), read_at_(0), network_at_(0), counters_at_(0), states_at_(0),
      actuate_at_(0), led_at_(0) {
  alert_[0] = 0;
}

void Node::begin(ResetCause cause, Millis now) {
  cause_ = cause;
  const bool found = load_settings(hw_.eeprom, &settings_);
  edited_ = settings_;
  kept_ = store_.load(hw_.eeprom);
  kept_.boot++;
  if (cause == RESET_WATCHDOG) kept_.watchdog_resets++;
  uint8_t spread[6];
  derive_mac(settings_.house, settings_.key, spread);
  for (uint8_t i = 2; i < 6; i++) random_.stir(static_cast<uint32_t>(spread[i]) << (i * 4));
  random_.stir(kept_.boot * 2654435761u);

  // A cause that a bootloader has wiped may have been a power cut: the careful start.
  const bool power_cut = cause == RESET_POWER || cause == RESET_BROWN_OUT || cause == RESET_UNKNOWN;
  for (uint8_t i = 0; i < LOADS; i++) relays_[i].begin(settings_.loads[i], now, power_cut, random_);
  wash_.begin(settings_, kept_.wash_locked_s, now);
  drive_pins();

  meter_.configure(settings_);
  meter_.energy.restore(kept_.energy);
  // No boot number may be used twice: it is in the EEPROM before anybody hears of it.
  store_.save(kept_);
  writer_.finish();
  events_.begin(kept_.boot);
  events_.add(STARTED, cause, now);
  if (!found && kept_.boot > 1) events_.add(SETTINGS_LOST, 0, now);
  counters_at_ = states_at_ = read_at_ = now;
  network_.begin(settings_, now);
  diag_.greet();
}

Persistent Node::snapshot(Millis now) const {
  Persistent p = kept_;
  p.energy = meter_.energy.total;
  p.wash_locked_s = wash_.locked_s(now);
  return p;
}

void Node::measure(Millis now) {
  Sampled sampled;
  if (!hw_.sampler.take(&sampled)) return;
  progress_.measured();
  random_.stir(sampled.channels[0].squares ^ sampled.channels[1].squares << 7);
  meter_.take(sampled, now);
  if (meter_.faults_changed()) {
    outbox_.status_changed();
    for (uint8_t i = 0; i < CHANNELS; i++)
      if (meter_.fault(i) != SOUND) events_.add(CT_FAULT, static_cast<uint16_t>(i * 16 + meter_.fault(i)), now);
    if (meter_.ntc_broken()) events_.add(NTC_FAULT, 1, now);
  }
  diag_.window(now);
  consider_reading(now);
}

static bool moved(uint32_t from, uint32_t to) {
  const uint32_t difference = from > to ? from - to : to - from;
  return difference > 60 + from / 20;
}

/** 65 kW is more than any CT here can say. */
static uint16_t whole_watts(uint32_t watts) { return static_cast<uint16_t>(watts > 65535 ? 65535 : watts); }

void Node::consider_reading(Millis now) {
  const uint32_t* production = meter_.production_w();
  const uint32_t* consumption = meter_.consumption_w();
  const bool fitted = settings_.channels[PRODUCTION].fitted;
  // A balance needs both; production alone is told only where it is measured.
  if (!production || (!consumption && !fitted)) return;
  const Millis since = now - read_at_;
  const bool online = network_.mqtt.ready();
  const bool changed = online && since >= CHANGE_LEAST && (moved(last_production_w_, *production) ||
                       (consumption && moved(last_consumption_w_, *consumption)));
  if (!changed && since + 500 < (online ? settings_.period_s * SECOND : OFFLINE_EVERY)) return;
  read_at_ = now;
  Reading r;
  r.uptime_s = seconds(now);
  r.sequence = 0;
  r.has_production = true;
  r.has_consumption = consumption != nullptr;
  last_production_w_ = *production;
  last_consumption_w_ = consumption ? *consumption : 0;
  r.production_w = whole_watts(last_production_w_);
  r.consumption_w = whole_watts(last_consumption_w_);
  r.energy = meter_.energy.total;
  outbox_.readings.add(r);
}

void Node::drive_pins() {
  for (uint8_t i = 0; i < LOADS; i++) hw_.pins.relay(i, relays_[i].pulled() != settings_.relays_active_low);
  hw_.pins.valve(wash_.active());
}

void Node::actuate(Millis now) {
  if (now < actuate_at_) return;
  actuate_at_ = now + ACTUATE_EVERY;
  for (uint8_t i = 0; i < LOADS; i++) {
    const bool pushed = walls_[i].see(hw_.pins.wall_closed(i), now);
    Relay& relay = relays_[i];
    if (!relay.used()) continue;
    if (relay.settings().wall == LEVER) relay.lever(walls_[i].closed());
    if (relay.settings().wall == BUTTON && pushed) relay.push(now);
    const bool was_on = relay.on();
    if (!relay.step(now, random_)) continue;
    outbox_.load_changed(i);
    if (relay.on() != was_on)
      events_.add(LOAD_SWITCHED, static_cast<uint16_t>((i + 1) << 8 | relay.origin() << 1 | (relay.on() ? 1 : 0)), now);
  }
  if (wash_.step(meter_.temperature(), now)) {
    outbox_.wash_changed();
    if (!wash_.active()) events_.add(WASHED, wash_.cause(), now);
  }
  drive_pins();
}

void Node::talk(Millis now) {
  if (now - network_at_ < NETWORK_EVERY) return;
  network_at_ = now;
  if (now - states_at_ >= STATES_EVERY) {
    states_at_ = now;
    for (uint8_t i = 0; i < LOADS; i++) outbox_.load_changed(i);
  }
  outbox_.step(network_.mqtt, relays_, wash_, meter_, kept_.boot, now);
  network_.step(now);
  progress_.networked();
  if (network_.link() != was_linked_) {
    was_linked_ = network_.link();
    events_.add(was_linked_ ? LINK_UP : LINK_DOWN, 0, now);
  }
  const bool addressed = network_.address().ip[0] != 0;
  if (addressed && !was_addressed_) events_.add(ADDRESS, network_.address().ip[3], now);
  was_addressed_ = addressed;
}

void Node::apply_settings(Millis now) {
  settings_ = edited_;
  unsaved_ = false;
  meter_.configure(settings_);
  wash_.change(settings_);
  for (uint8_t i = 0; i < LOADS; i++) relays_[i].change(settings_.loads[i], now);
  events_.add(SETTINGS_SAVED, 0, now);
  network_.begin(settings_, now);
}

void Node::keep(Millis now) {
  writer_.step();
  if (save_wanted_ && writer_.start(settings_place(edited_.sequence), &edited_, sizeof edited_)) {
    save_wanted_ = false;
    saving_ = true;
  }
  if (saving_ && !writer_.busy()) {
    saving_ = false;
    const bool good = eeprom_same(hw_.eeprom, settings_place(edited_.sequence), &edited_, sizeof edited_);
    if (good) apply_settings(now);
    diag_.saved(good);
  }
  events_.step(now);
  if (now - counters_at_ >= COUNTERS_EVERY && store_.save(snapshot(now))) counters_at_ = now;
  if (restarting_ && !writer_.busy()) {
    network_.say_goodbye(now);
    if (store_.save(snapshot(now))) writer_.finish();
    hw_.pins.restart();
    restarting_ = false;
  }
}

LedState Node::led() const {
  if (!provisioned(settings_)) return LED_NOT_SET_UP;
  if (!network_.link()) return LED_NO_CABLE;
  if (network_.state() < Network::RESOLVING) return LED_NO_ADDRESS;
  if (!network_.mqtt.ready()) {
    const MqttError error = network_.mqtt.last_error();
    return error >= REFUSED_CLIENT && error <= REFUSED_KEY ? LED_REFUSED : LED_NO_HUB;
  }
  if (meter_.fault(PRODUCTION) != SOUND || meter_.fault(CONSUMPTION) != SOUND || meter_.ntc_broken()) return LED_FAULT;
  return alert_[0] ? LED_ALERT : LED_WELL;
}

void Node::step(Millis now) {
  measure(now);
  actuate(now);
  talk(now);
  keep(now);
  diag_.step(now);
  if (now < led_at_) return;
  led_at_ = now + LED_EVERY;
  hw_.pins.led(led_on(led(), now));
}

void Node::mqtt_up(Millis now) {
  alert_[0] = 0;  // open ones are told again
  outbox_.connected();
  events_.add(MQTT_UP, 0, now);
}

void Node::mqtt_down(MqttError why, Millis now) {
  outbox_.disconnected();
  events_.add(MQTT_DOWN, why, now);
}

void Node::mqtt_acknowledged(MqttSlot slot, Millis) { outbox_.acknowledged(slot); }

void Node::mqtt_message(const MqttMessage& m, Millis now) {
  char topic[80];
  write_topic(topic, sizeof topic, settings_, F_(""));
  const size_t own = strlen(topic);
  if (m.topic_length <= own || memcmp(m.topic, topic, own) != 0) return;
  const char* tail = m.topic + own;
  const size_t length = m.topic_length - own;
  if (equals(tail, length, F_("alert"))) {
    if (m.retained || m.payload_length >= sizeof alert_) return;
    memcpy(alert_, m.payload, m.payload_length);
    alert_[m.payload_length] = 0;
    if (equals(alert_, F_("rientrato"))) alert_[0] = 0;
    return;
  }
  if (!equals(tail, length, F_("comando"))) return;
  if (m.retained) {
    events_.add(COMMAND_RETAINED, 0, now);
    return;
  }
  const Actuators actuators = {relays_, &wash_, meter_.temperature(), kept_.boot};
  Outcome outcome;
  if (!commands_.handle(m.payload, m.payload_length, actuators, now, &outcome)) {
    events_.add(COMMAND_UNREADABLE, 0, now);
    return;
  }
  actuate_at_ = now;
  if (outcome.answer.refusal != ACCEPTED) events_.add(COMMAND_REFUSED, outcome.answer.refusal, now);
  outbox_.outcome(outcome);
}

}  // namespace sf
