"""A chat of the least code, as Chainlit's own page on streaming shows it: what the room is compared with."""

import chainlit as cl
from openai import AsyncOpenAI

client = AsyncOpenAI()


@cl.on_chat_start
def start() -> None:
    cl.user_session.set("history", [])


@cl.on_message
async def answer(message: cl.Message) -> None:
    history = cl.user_session.get("history")
    history.append({"role": "user", "content": message.content})
    reply = cl.Message(content="")
    async for part in await client.chat.completions.create(model="fake", messages=history, stream=True):
        if token := part.choices[0].delta.content or "":
            await reply.stream_token(token)
    history.append({"role": "assistant", "content": reply.content})
    await reply.update()
