package dev.trigon.dataplane.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.trigon.dataplane.config.BackendDraft;
import dev.trigon.dataplane.config.BackendPatch;
import dev.trigon.dataplane.config.ServiceDraft;
import dev.trigon.dataplane.config.ServiceReader;
import dev.trigon.dataplane.config.Source;
import dev.trigon.dataplane.service.BackendSpec;
import dev.trigon.dataplane.service.Refusal;
import dev.trigon.dataplane.service.ServiceSpec;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ServiceRegistryTest {
    @TempDir
    Path directory;

    private final FakeDataPath dataPath = new FakeDataPath();
    private final AtomicLong nowNs = new AtomicLong();
    private StateDirectory state;
    private ServiceRegistry registry;

    @BeforeEach
    void open() throws Refusal {
        state = StateDirectory.open(directory.resolve("state"));
        registry = ServiceRegistry.open(state, dataPath);
    }

    @AfterEach
    void close() throws IOException {
        state.close();
    }

    @Test
    void shouldSaveBeforeItPublishesAndBeThereAgainAfterARestart() throws Exception {
        registry.change(present -> services(web("b1", "b2")));
        assertThat(dataPath.inForce()).isEqualTo(registry.services());
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file())))
                .isEqualTo("rw-------");

        ServiceRegistry again = ServiceRegistry.open(state, dataPath);
        assertThat(again.services()).isEqualTo(registry.services());
        again.resume();
        assertThat(dataPath.published).hasSize(2);
    }

    @Test
    void shouldKeepBothFamiliesThroughARestart() throws Exception {
        registry.change(present -> services(
                web("b1"),
                "{name: web6, vip: \"2001:DB8:F:0::10\", protocol: udp, ports: any, forward: l3dsr,"
                        + " backends: [{name: b1, address: \"2001:db8:2:0:0::11\"}]}"));

        assertThat(Files.readString(file()))
                .contains("\"vip\" : \"203.0.113.10\"", "\"vip\" : \"2001:db8:f::10\"")
                .contains("\"address\" : \"10.2.0.11\"", "\"address\" : \"2001:db8:2::11\"");
        ServiceRegistry again = ServiceRegistry.open(state, dataPath);
        assertThat(again.services()).isEqualTo(registry.services());
        assertThat(ids(again.services())).isEqualTo(Map.of("web/b1", 1, "web6/b1", 2));
    }

    @Test
    void shouldResumeWhatWasSavedEvenWhereItWouldBeRefusedNow() throws Exception {
        registry.change(present -> services(web("b1")));
        dataPath.nextCheck = new Refusal("backend", "no route", "wait");
        registry.resume();
        assertThat(dataPath.published).hasSize(2);
    }

    @Test
    void shouldChangeNothingWhenTheDataPathRefuses() throws Exception {
        registry.change(present -> services(web("b1")));
        List<ServiceSpec> before = registry.services();
        String saved = Files.readString(file());
        dataPath.nextCheck = new Refusal("backend 'b2'", "no route", "add one");
        assertThatThrownBy(() -> registry.change(present -> services(web("b1", "b2"))))
                .hasMessage("backend 'b2': no route; add one");
        assertUnchanged(before, saved);
    }

    @Test
    void shouldChangeNothingWhenTheListCannotBeSaved() throws Exception {
        registry.change(present -> services(web("b1")));
        List<ServiceSpec> before = registry.services();
        String saved = Files.readString(file());
        // a directory where the new file would be written: what a disk that takes nothing more looks like from here
        Path inTheWay = Files.createDirectories(file().resolveSibling("services.json.new/full"));
        assertThatThrownBy(() -> registry.change(present -> services(web("b1", "b2"))))
                .isInstanceOf(Refusal.class)
                .hasMessageStartingWith("the change: it could not be saved to " + file())
                .hasMessageEndingWith(
                        "so what was in force stays; make room on that file system or repair it, and try again");
        assertUnchanged(before, saved);
        Files.delete(inTheWay);
        registry.change(present -> services(web("b1", "b2")));
        assertThat(ids(registry.services())).containsEntry("web/b2", 2);
    }

    @Test
    void shouldGoBackWhenTheDataPathFailsToPublish() throws Exception {
        registry.change(present -> services(web("b1")));
        List<ServiceSpec> before = registry.services();
        String saved = Files.readString(file());
        dataPath.nextPublish = new IllegalStateException("fault");
        assertThatThrownBy(() -> registry.change(present -> services(web("b1", "b2"))))
                .hasMessage("fault");
        assertThat(dataPath.inForce()).isEqualTo(before);
        assertUnchanged(before, saved);
    }

    @Test
    void shouldKeepAnIdThroughReorderingWeightsAndRemoval() throws Exception {
        registry.change(present -> services(web("b1", "b2")));
        registry.change(present -> {
            ServiceDraft web = present.get(0);
            List<BackendDraft> turned = new ArrayList<>(web.backends());
            Collections.reverse(turned);
            return List.of(web.withBackends(turned.stream()
                    .map(backend -> new BackendPatch(7, null, null).applyTo(backend))
                    .toList()));
        });
        assertThat(ids(registry.services())).isEqualTo(Map.of("web/b1", 1, "web/b2", 2));
        registry.change(ServiceEdits.removeBackend("web", "b1"));
        registry = ServiceRegistry.open(state, dataPath);
        registry.change(present -> services(web("b1", "b2")));
        assertThat(ids(registry.services())).isEqualTo(Map.of("web/b1", 1, "web/b2", 2));
    }

    @Test
    void shouldNeverGiveAnIdTwiceWhateverIsChanged() throws Exception {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        Map<Integer, String> owners = new HashMap<>();
        Map<String, Integer> known = new HashMap<>();
        for (int step = 0; step < 300; step++) {
            List<ServiceDraft> wanted = randomServices(random);
            List<ServiceSpec> before = registry.services();
            boolean refuse = random.nextInt(4) == 0;
            dataPath.nextCheck = refuse ? new Refusal("a", "b", "c") : null;
            try {
                registry.change(present -> wanted);
            } catch (Refusal e) {
                assertThat(registry.services()).as("seed %d", seed).isEqualTo(before);
            }
            dataPath.nextCheck = null;
            Map<String, Integer> ids = ids(registry.services());
            ids.forEach((identity, id) -> {
                assertThat(id).as("seed %d", seed).isPositive();
                assertThat(owners.putIfAbsent(id, identity))
                        .as("seed %d, id %d", seed, id)
                        .isIn(null, identity);
                if (known.containsKey(identity)) {
                    assertThat(id).as("seed %d, %s", seed, identity).isEqualTo(known.get(identity));
                }
            });
            known.putAll(ids);
            forgetSome(random, known);
            if (random.nextInt(20) == 0) {
                registry = ServiceRegistry.open(state, dataPath);
            }
        }
        assertThat(owners).hasSizeGreaterThan(50);
    }

    /** Some of the backends that are gone lose their flows, and with them their ids. */
    private void forgetSome(Random random, Map<String, Integer> known) throws Refusal {
        if (random.nextInt(5) != 0) {
            return;
        }
        registry.state().former().stream()
                .filter(former -> random.nextInt(3) == 0)
                .forEach(former -> {
                    dataPath.activeFlows.put(former.id(), 0L);
                    known.values().remove(former.id());
                });
        registry = new ServiceRegistry(store(), registry.state(), dataPath, nowNs::get);
        registry.resume();
        nowNs.addAndGet(TimeUnit.SECONDS.toNanos(35));
        registry.forgetUnused();
    }

    private ServicesStore store() {
        return new ServicesStore(state.path());
    }

    @Test
    void shouldNotSaveOrPublishWhatIsTheSame() throws Exception {
        registry.change(present -> services(web("b1")));
        registry.change(present -> services(web("b1")));
        assertThat(dataPath.published).hasSize(1);
    }

    @Test
    void shouldRefuseASavedFileThatCannotBeReadAndSayWhatToDo() throws Exception {
        registry.change(present -> services(web("b1", "b2")));
        String good = Files.readString(file());
        List<String> broken = List.of(
                "",
                "{",
                "[]",
                "null",
                "{\"version\" : 1, \"nextBackendId\" : 1}",
                good.replace("\"version\"", "\"verison\""),
                good.substring(0, good.length() / 2),
                good + "x",
                good.replace("\"version\" : 2", "\"version\" : 3"),
                good.replace("\"version\" : 2", "\"version\" : 1"),
                good.replace("\"version\" : 2", "\"version\" : 0"),
                good.replace("\"former\" : [ ],", ""),
                good.replace("\"former\" : [ ]", "\"former\" : [ null ]"),
                good.replace("\"former\" : [ ]", "\"former\" : [ { \"id\" : 1 } ]"),
                formerAs(good, "\"id\" : 1"),
                formerAs(good, "\"id\" : 3"),
                formerAs(good, "\"id\" : 2, \"name\" : \"B\""),
                good.replace("\"web/b1\" : 1", "\"web/b1\" : 2"),
                good.replace("\"web/b1\" : 1", "\"web/b9\" : 1"),
                good.replace("\"nextBackendId\" : 3", "\"nextBackendId\" : 2"),
                good.replace("203.0.113.10", "127.0.0.1"),
                good.replace("203.0.113.10", "fe80::1"),
                good.replace("203.0.113.10", "2001:db8:f::10"),
                good.replace("203.0.113.10", "example.com"));
        for (String text : broken) {
            Files.writeString(file(), text);
            assertThatThrownBy(() -> ServiceRegistry.open(state, dataPath))
                    .as(text)
                    .isInstanceOf(Refusal.class)
                    .hasMessageStartingWith(file() + ": the saved services cannot be read (")
                    .hasMessageContaining("; put a good copy there, or move all of " + state.path() + " aside");
        }
        Files.writeString(file(), good);
        assertThat(ServiceRegistry.open(state, dataPath).services()).isEqualTo(registry.services());
    }

    /** With a former backend that is right but for one thing. */
    private static String formerAs(String good, String wrong) {
        String right = "\"service\" : \"web\", \"address\" : \"10.2.0.9\", \"vip\" : \"203.0.113.10\","
                + " \"protocol\" : \"tcp\", \"drains\" : true";
        String name = wrong.contains("name") ? "" : "\"name\" : \"b9\", ";
        return good.replace("\"former\" : [ ]", "\"former\" : [ { " + name + wrong + ", " + right + " } ]");
    }

    private Path file() {
        return state.path().resolve(ServicesStore.FILE);
    }

    private void assertUnchanged(List<ServiceSpec> before, String saved) throws Exception {
        assertThat(registry.services()).isEqualTo(before);
        assertThat(dataPath.inForce()).isEqualTo(before);
        assertThat(Files.readString(file())).isEqualTo(saved);
        assertThat(ServiceRegistry.open(state, dataPath).services()).isEqualTo(before);
    }

    private static List<ServiceDraft> randomServices(Random random) throws Refusal {
        List<String> entries = new ArrayList<>();
        for (int service = 0; service < random.nextInt(4); service++) {
            String[] backends = Stream.of("b1", "b2", "b3", "b4")
                    .filter(name -> random.nextBoolean())
                    .toArray(String[]::new);
            entries.add(entry("s" + service, "203.0.113." + (10 + service), backends));
        }
        return services(entries.toArray(String[]::new));
    }

    private static String web(String... backends) {
        return entry("web", "203.0.113.10", backends);
    }

    private static String entry(String name, String vip, String... backends) {
        List<String> parts = new ArrayList<>();
        for (String backend : backends) {
            parts.add("{name: " + backend + ", address: 10.2.0.1" + backend.substring(1) + "}");
        }
        return "{name: " + name + ", vip: " + vip + ", protocol: tcp, ports: 80, backends: " + parts + "}";
    }

    private static List<ServiceDraft> services(String... entries) throws Refusal {
        return ServiceReader.services(
                ("services: " + List.of(entries)).getBytes(StandardCharsets.UTF_8), Source.file("test"));
    }

    private static Map<String, Integer> ids(List<ServiceSpec> services) {
        Map<String, Integer> ids = new HashMap<>();
        for (ServiceSpec service : services) {
            for (BackendSpec backend : service.backends()) {
                ids.put(service.name() + "/" + backend.name(), backend.id());
            }
        }
        return ids;
    }
}
