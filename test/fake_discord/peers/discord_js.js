// A bot on discord.js that does what lines of JSON on its standard input say, and tells what happens in such lines.
// usage: NODE_PATH=.../node_modules node discord_js.js API_URL, with the token in DISCORD_TOKEN
"use strict";
const { AttachmentBuilder, Client, Events, GatewayIntentBits, Partials } = require("discord.js");
const readline = require("readline");

const tell = (event) => process.stdout.write(JSON.stringify(event) + "\n");
const shown = (message) => ({
  id: message.id, channel: message.channelId, content: message.content, author: message.author && message.author.id,
  guild: message.guildId, edited: Boolean(message.editedTimestamp), nonce: message.nonce,
});
const client = new Client({
  rest: { api: process.argv[2], timeout: 30000 },
  intents: [GatewayIntentBits.Guilds, GatewayIntentBits.GuildMessages, GatewayIntentBits.DirectMessages,
    GatewayIntentBits.MessageContent, GatewayIntentBits.GuildMessageReactions],
  partials: [Partials.Channel, Partials.Message],
});

const actions = {
  async send({ channel, ...options }) { return shown(await (await client.channels.fetch(channel)).send(options)); },
  async reply({ channel, message, content }) { return shown(await (await find(channel, message)).reply(content)); },
  async edit({ channel, message, content }) { return shown(await (await find(channel, message)).edit({ content })); },
  async delete({ channel, message }) { await (await find(channel, message)).delete(); },
  async react({ channel, message, emoji }) { await (await find(channel, message)).react(emoji); },
  async typing({ channel }) { await (await client.channels.fetch(channel)).sendTyping(); },
  async thread({ channel, message, name }) {
    const thread = await (await find(channel, message)).startThread({ name, autoArchiveDuration: 1440 });
    return { id: thread.id, parent: thread.parentId };
  },
  async file({ channel, content, name, text }) {
    const files = [new AttachmentBuilder(Buffer.from(text), { name })];
    const message = await (await client.channels.fetch(channel)).send({ content, files });
    return { ...shown(message), files: message.attachments.map((x) => x.name) };
  },
  async history({ channel, after }) {
    const messages = await (await client.channels.fetch(channel)).messages.fetch({ after, limit: 100, cache: false });
    return [...messages.values()].map(shown);
  },
  async dm({ user, content }) { return shown(await (await client.users.fetch(user)).send(content)); },
  async register({ guild, commands }) {
    const made = await client.application.commands.set(commands, ...(guild ? [guild] : []));
    return made.map((x) => x.name);
  },
  async presence({ state }) {
    client.user.setPresence({ activities: [{ name: "q", type: 4, state }], status: "idle" });
  },
  async end() { await client.destroy(); },
};

async function find(channel, message) {
  return (await client.channels.fetch(channel)).messages.fetch(message);
}

async function answer(interaction) {
  if (interaction.isAutocomplete()) {
    const typed = interaction.options.getFocused();
    await interaction.respond([{ name: `${typed} (2 waiting)`, value: `${typed}-value` }]);
  } else if (interaction.isButton()) {
    await interaction.update({ content: `pressed ${interaction.customId}`, components: [] });
  } else if (interaction.commandName === "slow") {
    await interaction.deferReply();
    await interaction.editReply(`edited: ${interaction.options.getString("prompt")}`);
    await interaction.followUp({ content: "a follow-up", flags: 64 });
  } else {
    await interaction.reply({ content: `at once: ${interaction.options.getString("prompt")}`, flags: 64 });
  }
}

client.on(Events.InteractionCreate, (interaction) => answer(interaction).then(
  () => tell({ event: "answered", id: interaction.id }),
  (error) => tell({ event: "refused", id: interaction.id, code: error.code, why: String(error) })));
client.on(Events.ShardReady, () => tell({ event: "ready", user: client.user.id, guilds: client.guilds.cache.size }));
client.on(Events.MessageCreate, (message) => tell({ event: "message", ...shown(message) }));
client.on(Events.MessageUpdate, (_, message) => tell({ event: "update", ...shown(message) }));
client.on(Events.MessageDelete, (message) => tell({ event: "delete", id: message.id }));
client.on(Events.ShardResume, () => tell({ event: "resumed" }));
client.on(Events.ShardReconnecting, () => tell({ event: "reconnecting" }));
client.on(Events.ShardDisconnect, (end) => tell({ event: "stopped", code: end.code }));
client.on(Events.Error, (error) => tell({ event: "error", why: String(error) }));
client.rest.on("rateLimited", (limit) => tell({ event: "limited", retry_after_ms: limit.timeToReset }));
if (process.env.PEER_DEBUG) client.on(Events.Debug, (line) => process.stderr.write(line + "\n"));

readline.createInterface({ input: process.stdin }).on("line", (line) => {
  const { n, do: what, ...wish } = JSON.parse(line);
  actions[what](wish).then((value) => tell({ event: "done", n, value: value === undefined ? null : value }),
    (error) => tell({ event: "failed", n, code: error.code, status: error.status, why: String(error) }));
}).on("close", () => process.exit(0));
process.on("unhandledRejection", (error) => tell({ event: "error", why: String(error) }));
client.login(process.env.DISCORD_TOKEN)
  .catch((error) => tell({ event: "stopped", why: String(error), code: error.code }));
