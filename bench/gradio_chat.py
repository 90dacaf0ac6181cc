"""A chat of the least code, as Gradio's own guide to chatbots shows it: what the room is compared with."""

from collections.abc import Iterator

import gradio as gr
from openai import OpenAI

client = OpenAI()


def answer(message: str, history: list[dict[str, object]]) -> Iterator[str]:
    history.append({"role": "user", "content": message})
    text = ""
    for part in client.chat.completions.create(model="fake", messages=history, stream=True):
        text += part.choices[0].delta.content or ""
        yield text


# The one setting that is not Gradio's own. By default one answer is made at a time: the last of forty people would
# wait nine minutes for a first letter, and the comparison would say that and nothing else. None lets everybody's
# answer run at once, as Gradio's page on queues advises for such a function.
demo = gr.ChatInterface(answer, concurrency_limit=None)

if __name__ == "__main__":
    demo.launch()
