package dev.trigon.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** An answer's body, whole or broken off; {@code ~} stands for a line's end. */
class ControlBodyTest {
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        HTTP/1.1 200 OK~Content-Length: 5~~hello                                    | hello
        HTTP/1.1 200 OK~content-length: 0~~                                         | ''
        HTTP/1.1 200 OK~Content-Length: 2~~hello                                    | he
        HTTP/1.1 200 OK~Transfer-Encoding: chunked~~5~hello~0~~                     | hello
        HTTP/1.1 200 OK~Transfer-Encoding: Chunked~~2~he~3;x=y~llo~0~~              | hello
        HTTP/1.1 200 OK~Transfer-Encoding: chunked~~a~0123456789~A~abcdefghij~00~~  | 0123456789abcdefghij
        HTTP/1.1 200 OK~Transfer-Encoding: chunked~~0~~                             | ''
        """)
    void shouldBeReadWhole(String answer, String body) throws IOException {
        assertThat(bodyOf(answer)).isEqualTo(body);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        HTTP/1.1 200 OK~Content-Length: 6~~hello                          | its answer is not whole
        HTTP/1.1 200 OK~Content-Length: -1~~hello                         | its answer is not whole
        HTTP/1.1 200 OK~~hello                                            | its answer is not whole
        HTTP/1.1 200 OK~Transfer-Encoding: chunked~~                      | its answer is not whole
        HTTP/1.1 200 OK~Transfer-Encoding: chunked~~5~hello               | its answer is not whole
        HTTP/1.1 200 OK~Transfer-Encoding: chunked~~5~hello~              | its answer is not whole
        HTTP/1.1 200 OK~Transfer-Encoding: chunked~~5~hel                 | its answer is not whole
        HTTP/1.1 200 OK~Transfer-Encoding: chunked~~4~hello~0~~           | its answer is not whole
        HTTP/1.1 200 OK~Transfer-Encoding: chunked~~-5~hello~0~~          | its answer is not whole
        HTTP/1.1 200 OK~Transfer-Encoding: chunked~~five~hello~0~~        | its answer is not whole
        HTTP/1.1 200 OK~Transfer-Encoding: chunked~~fffffffff~hello~0~~   | its answer is not whole
        HTTP/1.1 200 OK~Content-Length: 5                                 | its answer is no HTTP
        SSH-2.0-OpenSSH~~                                                 | its answer is no HTTP
        ''                                                                | its answer is no HTTP
        """)
    void shouldNotBeTakenForWholeWhenItBrokeOff(String answer, String message) {
        assertThatThrownBy(() -> bodyOf(answer)).isInstanceOf(IOException.class).hasMessage(message);
    }

    @Test
    void shouldNotHaveAHeadWithoutAnEnd() {
        assertThatThrownBy(() -> bodyOf("HTTP/1.1 200 OK~" + "x: y~".repeat(20_000)))
                .hasMessage("its answer is no HTTP");
    }

    private static String bodyOf(String answer) throws IOException {
        InputStream in = new ByteArrayInputStream(answer.replace("~", "\r\n").getBytes(StandardCharsets.US_ASCII));
        InputStream body = ControlHead.read(in).body(in);
        return new String(body.readAllBytes(), StandardCharsets.US_ASCII);
    }
}
