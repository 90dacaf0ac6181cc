"""A chat of the least code, as Streamlit's own tutorial shows it: what the room is compared with."""

import streamlit as st
from openai import OpenAI

client = OpenAI()
if "messages" not in st.session_state:
    st.session_state.messages = []
for message in st.session_state.messages:
    with st.chat_message(message["role"]):
        st.markdown(message["content"])
if prompt := st.chat_input("무엇을 도와드릴까요?"):
    st.session_state.messages.append({"role": "user", "content": prompt})
    with st.chat_message("user"):
        st.markdown(prompt)
    with st.chat_message("assistant"):
        stream = client.chat.completions.create(model="fake", messages=st.session_state.messages, stream=True)
        answer = st.write_stream(stream)
    st.session_state.messages.append({"role": "assistant", "content": answer})
