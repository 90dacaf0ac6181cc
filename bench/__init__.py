"""The cost of the room itself, measured as a browser sees it: ``python -m bench.report``.

- ``tab``: one browser tab: cookie, Streamlit's WebSocket with its real messages, server-sent events
- ``people``: what a person does in it: in the room, in a plain chat, and straight at the endpoint
- ``chatters``: what a person does at a Chainlit and at a Gradio chat
- ``servers``: the processes that are measured, and what the system says of them
- ``figures``: from moments to the figures of the table
- ``room``: one measurement
- ``others``: the chats of the least code beside it: ``plain_chat``, ``chainlit_chat``, ``gradio_chat``
- ``queue_bench``, ``opening``, ``soak``: in line, at the start, two hours on
- ``charts``, ``report``: the pictures, and all of it in one command
"""
