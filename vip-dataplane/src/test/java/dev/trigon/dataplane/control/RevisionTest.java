package dev.trigon.dataplane.control;

import static dev.trigon.dataplane.control.ControlRig.WEB;
import static dev.trigon.dataplane.control.ControlRig.assertError;
import static dev.trigon.dataplane.control.ControlRig.json;
import static dev.trigon.dataplane.control.ControlRig.line;
import static org.assertj.core.api.Assertions.assertThat;

import dev.trigon.dataplane.service.Refusal;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Several who change the services, and how each of them learns of the others. */
class RevisionTest {
    private static final String CONFIGURATION = "/v1/configuration";

    @TempDir
    Path directory;

    private ControlRig rig;

    @BeforeEach
    void start() throws Refusal, IOException {
        rig = ControlRig.start(directory);
        rig.http.send("POST", "/v1/services", WEB);
    }

    @AfterEach
    void stop() throws IOException {
        rig.close();
    }

    private static String tag(UnixHttp.Reply reply) {
        return reply.head()
                .lines()
                .filter(line -> line.startsWith("ETag: "))
                .findFirst()
                .orElse("none");
    }

    @Test
    void shouldTagWhatItAnswersWithItsRevision() throws IOException {
        for (String path : List.of(
                CONFIGURATION,
                "/v1/services",
                "/v1/services/web",
                "/v1/backends",
                "/v1/services/web/backends",
                "/v1/services/web/backends/b1")) {
            assertThat(tag(rig.http.get(path))).as(path).isEqualTo("ETag: \"1\"");
        }
        assertThat(tag(rig.http.send("POST", CONFIGURATION + "/plan", "services: []")))
                .isEqualTo("ETag: \"1\"");
        assertThat(tag(rig.http.send("PATCH", "/v1/services/web/backends/b1", "{\"weight\": 7}")))
                .isEqualTo("ETag: \"2\"");
        assertThat(tag(rig.http.send("PUT", CONFIGURATION, "services: []"))).isEqualTo("ETag: \"3\"");
        assertThat(json(rig.http.get("/v1/status")).get("revision").asInt()).isEqualTo(3);
    }

    @Test
    void shouldRefuseEveryChangeOfWhatWasChangedMeanwhile() throws IOException {
        rig.http.send("PATCH", "/v1/services/web/backends/b1", "{\"weight\": 7}");

        String before = rig.http.get(CONFIGURATION).body();
        List<UnixHttp.Reply> stale = List.of(
                rig.http.send("PUT", CONFIGURATION, "\"1\"", "services: []"),
                rig.http.send("POST", CONFIGURATION + "/plan", "\"1\"", "services: []"),
                rig.http.send("POST", CONFIGURATION + "/rollback", "\"1\"", ""),
                rig.http.send("POST", CONFIGURATION + "/confirm", "\"1\"", ""),
                rig.http.send("POST", "/v1/services", "\"1\"", WEB.replace("web", "web2")),
                rig.http.send("PATCH", "/v1/services/web", "\"1\"", "{\"ports\": 81}"),
                rig.http.send("DELETE", "/v1/services/web", "\"1\"", ""),
                rig.http.send(
                        "POST", "/v1/services/web/backends", "\"1\"", "{\"name\": \"b3\", \"address\": \"10.2.0.13\"}"),
                rig.http.send("PATCH", "/v1/services/web/backends/b1", "\"1\"", "{\"weight\": 8}"),
                rig.http.send("DELETE", "/v1/services/web/backends/b1", "\"1\"", ""),
                rig.http.send("DELETE", "/v1/services/web/backends/b1?force=true", "\"1\"", ""));

        for (UnixHttp.Reply reply : stale) {
            assertThat(reply.status()).as(reply.body()).isEqualTo(412);
            assertThat(line(reply))
                    .isEqualTo(
                            "the change: it was made for revision 1, and 2 is in force: it was changed meanwhile; look"
                                    + " again with `vipctl history` and `vipctl plan`, and give the revision that those show");
        }
        assertThat(rig.http.get(CONFIGURATION).body()).isEqualTo(before);
        assertThat(rig.http.send("DELETE", "/v1/services/web", "*", "").status())
                .isEqualTo(200);
        assertThat(rig.http.send("PUT", CONFIGURATION, "\"3\"", "services: []").status())
                .isEqualTo(200);
        assertError(rig.http.send("PUT", CONFIGURATION, "3", "services: []"), 400, "the request");
        assertError(rig.http.send("PUT", CONFIGURATION, "W/\"3\"", "services: []"), 400, "the request");
    }

    @Test
    void shouldAnswerTheHistoryAndGoBack() throws IOException {
        rig.http.send("PUT", CONFIGURATION + "?source=none.yaml", "services: []");

        assertThat(json(rig.http.get("/v1/history")).findValuesAsText("command"))
                .containsExactly("apply none.yaml", "service add web");
        assertThat(json(rig.http.get("/v1/history?limit=1"))).hasSize(1);
        String was = rig.http.get("/v1/history/1").body();
        assertThat(json(rig.http.send("POST", CONFIGURATION + "/rollback", ""))
                        .get("added")
                        .toString())
                .isEqualTo("[\"web\"]");
        assertThat(rig.http.get(CONFIGURATION).body()).isEqualTo(was);
        assertThat(json(rig.http.send("POST", CONFIGURATION + "/rollback?to=2", ""))
                        .get("revision")
                        .asInt())
                .isEqualTo(4);
        assertError(rig.http.get("/v1/history/9"), 404, "entry 9 of the history");
        assertError(rig.http.get("/v1/history/0"), 400, "the request");
        assertError(rig.http.get("/v1/history/..%2Fservices"), 400, "the request");
        assertError(rig.http.send("POST", CONFIGURATION + "/rollback?to=-1", ""), 400, "the request");
    }

    @Test
    void shouldSayUntilWhenItWaitsToBeConfirmed() throws IOException {
        String applied = rig.http
                .send("PUT", CONFIGURATION + "?confirmWithin=60s", "services: []")
                .body();

        assertThat(ControlRig.MAPPER.readTree(applied).at("/pending/backTo").asInt())
                .isEqualTo(1);
        assertThat(json(rig.http.get("/v1/status")).at("/pending/secondsLeft").asInt())
                .isBetween(50, 60);
        assertError(rig.http.send("POST", "/v1/services", WEB), 409, "the change");
        assertError(rig.http.send("POST", CONFIGURATION + "/confirm", "\"1\"", ""), 412, "the change");
        assertThat(rig.http
                        .send("POST", CONFIGURATION + "/confirm", "\"2\"", "")
                        .status())
                .isEqualTo(200);
        assertThat(json(rig.http.get("/v1/status")).get("pending").isNull()).isTrue();
        assertError(rig.http.send("POST", CONFIGURATION + "/confirm", ""), 409, "confirm");
        for (String wrong : List.of("0s", "60", "25h", "soon", "")) {
            assertError(
                    rig.http.send("PUT", CONFIGURATION + "?confirmWithin=" + wrong, "services: []"),
                    422,
                    "the time to confirm");
        }
    }

    /** Each whole, and one after another: every list that was ever in force is one that somebody applied. */
    @Test
    void shouldApplyWhatComesAtOnceOneAfterAnother() throws Exception {
        int callers = 4;
        int times = 25;
        ExecutorService threads = Executors.newFixedThreadPool(callers);
        List<Callable<Integer>> calls = new ArrayList<>();
        for (int i = 0; i < callers * times; i++) {
            String file = services(i % callers);
            calls.add(() -> rig.http.send("PUT", CONFIGURATION, file).status());
        }
        for (Future<Integer> status : threads.invokeAll(calls)) {
            assertThat(status.get()).isEqualTo(200);
        }
        threads.shutdown();

        TreeSet<String> seen = new TreeSet<>();
        rig.dataPath.published.stream()
                .skip(1)
                .forEach(services -> seen.add(
                        services.size() + " of " + services.get(0).name().charAt(0)));
        assertThat(seen).isSubsetOf("50 of a", "50 of b", "50 of c", "50 of d");
        long revision = rig.registry.state().revision().number();
        assertThat(rig.dataPath.published).hasSize((int) revision);
        assertThat(rig.registry.history().last()).isEqualTo(revision);
        assertThat(rig.registry.services()).isEqualTo(rig.dataPath.inForce());
    }

    /** Of those who start from one revision, one gets its will. */
    @Test
    void shouldLetOneOfThoseWinWhoChangeTheSameRevision() throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(4);
        List<Callable<Integer>> calls = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            String file = services(i);
            calls.add(() -> rig.http.send("PUT", CONFIGURATION, "\"1\"", file).status());
        }
        List<Integer> statuses = new ArrayList<>();
        for (Future<Integer> status : threads.invokeAll(calls)) {
            statuses.add(status.get());
        }
        threads.shutdown();
        assertThat(statuses).containsExactlyInAnyOrder(200, 412, 412, 412);
    }

    private static String services(int which) {
        StringBuilder file = new StringBuilder("services:\n");
        for (int i = 0; i < 50; i++) {
            file.append("- {name: ").append((char) ('a' + which)).append(i).append(", vip: 203.0.113.1, protocol: tcp");
            file.append(", ports: ").append(i + 1).append("}\n");
        }
        return file.toString();
    }
}
