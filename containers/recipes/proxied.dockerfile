# A reference that knows pipes alone, with what carries HTTP to it: what it needs beside the image that it is added to.
ARG BASE
FROM ${BASE}
ADD proxy.tar /
USER 65534:65534
