#include "outbox.h"
#include <string.h>

namespace sf {

static const size_t PAYLOAD = 320;
static const size_t TOPIC = 128;
static const uint8_t ALL_LOADS = (1 << LOADS) - 1;

void Outbox::forget() {
  load_state_ = load_config_ = 0;
  status_ = wash_ = outcome_sent_ = reading_sent_ = false;
}

void Outbox::connected() {
  status_ = wash_ = true;
  load_state_ = load_config_ = ALL_LOADS;
}

void Outbox::disconnected() { outcome_sent_ = reading_sent_ = false; }

void Outbox::outcome(const Outcome& outcome) {
  // Full: the oldest that is not on its way gives place, its command is long over.
  if (outcome_count_ == OUTCOMES) {
    outcome_count_--;
    memmove(outcomes_ + 1, outcomes_ + 2, (outcome_count_ - 1u) * sizeof outcomes_[0]);
  }
  outcomes_[outcome_count_++] = outcome;
}

void Outbox::acknowledged(MqttSlot slot) {
  if (slot == READING_SLOT) {
    readings.drop_oldest();
    reading_sent_ = false;
  } else if (outcome_sent_) {
    outcome_sent_ = false;
    outcome_count_--;
    memmove(outcomes_, outcomes_ + 1, outcome_count_ * sizeof outcomes_[0]);
  }
}

void Outbox::send_reading(MqttClient& mqtt, uint32_t boot, Millis now) {
  if (readings.empty() || !mqtt.free(READING_SLOT)) return;
  Reading& r = readings.oldest();
  const bool again = r.sequence != 0;
  if (!again) r.sequence = next_sequence_++;
  char topic[TOPIC], payload[PAYLOAD];
  write_topic(topic, sizeof topic, settings_, r.has_consumption ? F_("bilancio") : F_("produzione"));
  Text out(payload, sizeof payload);
  write_reading(out, r, boot, seconds(now));
  reading_sent_ = mqtt.publish(READING_SLOT, topic, payload, out.length, false, again, now);
}

void Outbox::step(MqttClient& mqtt, const Relay* relays, const Wash& wash, const Meter& meter, uint32_t boot, Millis now) {
  send_reading(mqtt, boot, now);
  if (!mqtt.free(OTHER_SLOT)) return;
  char topic[TOPIC], payload[PAYLOAD];
  Text out(payload, sizeof payload);
  bool retain = false;
  if (status_) {
    write_topic(topic, sizeof topic, settings_, F_("stato"));
    write_status(out, meter, boot, seconds(now));
    if (mqtt.publish(OTHER_SLOT, topic, payload, out.length, true, false, now)) status_ = false;
    return;
  }
  if (outcome_count_) {
    write_topic(topic, sizeof topic, settings_, F_("comando/esito"));
    write_outcome(out, outcomes_[0]);
    outcome_sent_ = mqtt.publish(OTHER_SLOT, topic, payload, out.length, false, false, now);
    return;
  }
  for (uint8_t i = 0; i < LOADS; i++) {
    const uint8_t bit = static_cast<uint8_t>(1 << i);
    if (!relays[i].used()) load_config_ &= static_cast<uint8_t>(~bit), load_state_ &= static_cast<uint8_t>(~bit);
    uint8_t* due = load_config_ & bit ? &load_config_ : load_state_ & bit ? &load_state_ : nullptr;
    if (!due) continue;
    Text text(topic, sizeof topic);
    retain = due == &load_config_;
    text.add(settings_.root).add('/').add(settings_.house).add(F_("/carico/")).add(relays[i].settings().id);
    text.add(retain ? F_("/config") : F_("/stato"));
    if (retain) {
      write_load_config(out, relays[i].settings(), static_cast<uint8_t>(i + 1));
    } else {
      write_load_state(out, relays[i], now);
    }
    if (mqtt.publish(OTHER_SLOT, topic, payload, out.length, retain, false, now)) *due &= static_cast<uint8_t>(~bit);
    return;
  }
  if (!wash_) return;
  write_topic(topic, sizeof topic, settings_, F_("pulizia/stato"));
  write_wash(out, wash, now);
  if (mqtt.publish(OTHER_SLOT, topic, payload, out.length, false, false, now)) wash_ = false;
}

}  // namespace sf
