#include "actors/domain/speaker_rules.hpp"
#include "test/support/catch.hpp"

using namespace claw;

namespace {

constexpr snowflake me{1}, person{2}, machine{3}, channel{4}, guild{5};

speaker_rules rules() {
  return {{person}, {}, {machine}, {channel}};
}

discord_message said_by(snowflake author, bool from_machine) {
  discord_message x;
  x.id = snowflake{9};
  x.author = author;
  x.from_machine = from_machine;
  x.channel = channel;
  x.guild = guild;
  x.what = discord_message::kind::plain;
  return x;
}

} // namespace

TEST_CASE("of machines only those of the list are heard, in the channels alone", "[bot]") {
  CHECK(hearing_of(said_by(person, false), {}, me, rules()) == hearing::take);
  CHECK(hearing_of(said_by(machine, true), {}, me, rules()) == hearing::take);
  CHECK(may_be_heard(said_by(machine, true), me, rules()));
  CHECK(hearing_of(said_by(snowflake{8}, true), {}, me, rules()) == hearing::ignore);
  CHECK_FALSE(may_be_heard(said_by(snowflake{8}, true), me, rules()));
  CHECK(hearing_of(said_by(person, true), {}, me, rules()) == hearing::ignore);
  auto elsewhere = said_by(machine, true);
  elsewhere.channel = snowflake{7};
  CHECK(hearing_of(elsewhere, {}, me, rules()) == hearing::ignore);
  elsewhere.guild = {}; // in private
  CHECK(hearing_of(elsewhere, {}, me, rules()) == hearing::ignore);
}

TEST_CASE("the bot never hears itself, whatever the lists say", "[bot]") {
  auto open = rules();
  open.machines.insert(me);
  CHECK(hearing_of(said_by(me, true), {}, me, open) == hearing::ignore);
}
