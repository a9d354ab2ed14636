"""A WireMock proxy before a service: `tandem verify --tap nomis=URL`.

    sync build -> WireMock (its address is in the build's environment) -> upstream
                    |                                   |
        its journal, as entries of ours          its stubs, from our faults
                    '---- harness.tap.tapped: the world's control API ---'

For a service that is not ours (a development NOMIS API, say): the same steps that
count what the sync wrote, and the same fault steps, answer through the tap. What it
cannot do it says: a fault *after* the write needs our fake, because WireMock either
asks the upstream or answers by itself, and it cannot refuse a connection.
"""
