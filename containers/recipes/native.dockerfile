# The native program, which needs nothing but itself.
FROM scratch
COPY server /server
USER 65534:65534
ENTRYPOINT ["/server"]
