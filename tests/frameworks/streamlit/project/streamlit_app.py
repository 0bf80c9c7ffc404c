import streamlit as st

st.title("hello from streamlit")
st.write("visits", st.session_state.setdefault("visits", 1))
