"""A bot on discord.py that does what lines of JSON on its standard input say, and tells what happens in such lines.

usage: discord_py.py API_URL GATEWAY_URL, with the token in DISCORD_TOKEN
"""
import asyncio
import io
import json
import os
import sys

import discord
import yarl
from discord import app_commands

discord.http.Route.BASE = sys.argv[1] + "/v10"
discord.gateway.DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL(sys.argv[2] + "/")


def tell(event, **facts):
    print(json.dumps({"event": event, **facts}), flush=True)


def shown(message):
    return {"id": str(message.id), "channel": str(message.channel.id), "content": message.content,
            "author": str(message.author.id), "guild": message.guild and str(message.guild.id),
            "edited": message.edited_at is not None, "nonce": message.nonce}


class Peer(discord.Client):
    def __init__(self):
        intents = discord.Intents(guilds=True, guild_messages=True, dm_messages=True, message_content=True)
        super().__init__(intents=intents, heartbeat_timeout=5, guild_ready_timeout=0.2)
        self.tree = app_commands.CommandTree(self)
        self.tree.command(name="quick", description="Answers at once")(quick)
        self.tree.command(name="slow", description="Answers later")(slow)

    async def setup_hook(self):
        asyncio.get_running_loop().create_task(self.obey())

    async def on_ready(self):
        tell("ready", user=str(self.user.id), guilds=len(self.guilds))

    async def on_resumed(self):
        tell("resumed")

    async def on_message(self, message):
        tell("message", **shown(message))

    async def on_message_edit(self, _, message):
        tell("update", **shown(message))

    async def on_message_delete(self, message):
        tell("delete", id=str(message.id))

    async def obey(self):
        loop = asyncio.get_running_loop()
        while line := await loop.run_in_executor(None, sys.stdin.readline):
            wish = json.loads(line)
            loop.create_task(self.carry_out(wish.pop("n"), wish.pop("do"), wish))
        os._exit(0)

    async def carry_out(self, number, what, wish):
        try:
            tell("done", n=number, value=await getattr(self, "do_" + what)(**wish))
        except discord.HTTPException as refused:
            tell("failed", n=number, code=refused.code, status=refused.status, why=str(refused))
        except Exception as refused:  # whatever the library throws is the test's to judge
            tell("failed", n=number, code=None, status=None, why=repr(refused))

    async def find(self, channel, message):
        return await (await self.place(channel)).fetch_message(int(message))

    async def place(self, channel):
        return self.get_channel(int(channel)) or await self.fetch_channel(int(channel))

    async def do_send(self, channel, content, nonce=None):
        return shown(await (await self.place(channel)).send(content, nonce=nonce))

    async def do_reply(self, channel, message, content):
        return shown(await (await self.find(channel, message)).reply(content))

    async def do_edit(self, channel, message, content):
        return shown(await (await self.find(channel, message)).edit(content=content))

    async def do_delete(self, channel, message):
        await (await self.find(channel, message)).delete()

    async def do_react(self, channel, message, emoji):
        await (await self.find(channel, message)).add_reaction(emoji)

    async def do_typing(self, channel):
        await (await self.place(channel)).typing()

    async def do_thread(self, channel, message, name):
        thread = await (await self.find(channel, message)).create_thread(name=name, auto_archive_duration=1440)
        return {"id": str(thread.id), "parent": str(thread.parent_id)}

    async def do_file(self, channel, content, name, text):
        file = discord.File(io.BytesIO(text.encode()), filename=name)
        message = await (await self.place(channel)).send(content, file=file)
        return {**shown(message), "files": [x.filename for x in message.attachments]}

    async def do_history(self, channel, after):
        place = await self.place(channel)
        return [shown(x) async for x in place.history(limit=None, after=discord.Object(int(after)), oldest_first=False)]

    async def do_dm(self, user, content):
        return shown(await (await self.fetch_user(int(user))).send(content))

    async def do_register(self, guild, commands):
        place = discord.Object(int(guild))
        self.tree.copy_global_to(guild=place)
        return [x.name for x in await self.tree.sync(guild=place)]

    async def do_presence(self, state):
        await self.change_presence(status=discord.Status.idle, activity=discord.CustomActivity(name=state))

    async def do_end(self):
        await self.close()


async def answered(interaction, answer):
    try:
        await answer
        tell("answered", id=str(interaction.id))
    except discord.HTTPException as refused:
        tell("refused", id=str(interaction.id), code=refused.code, why=str(refused))


async def quick(interaction: discord.Interaction, prompt: str):
    await answered(interaction, interaction.response.send_message(f"at once: {prompt}", ephemeral=True))


async def slow(interaction: discord.Interaction, prompt: str):
    async def later():
        await interaction.response.defer()
        await interaction.edit_original_response(content=f"edited: {prompt}")
        await interaction.followup.send("a follow-up", ephemeral=True)

    await answered(interaction, later())


async def main():
    async with Peer() as peer:
        try:
            await peer.start(os.environ["DISCORD_TOKEN"])
        except (discord.ConnectionClosed, discord.LoginFailure, discord.PrivilegedIntentsRequired) as end:
            tell("stopped", code=getattr(end, "code", 4014), why=str(end))
            await asyncio.Event().wait()


if os.environ.get("PEER_DEBUG"):
    discord.utils.setup_logging(level=10)
asyncio.run(main())
