package io.memstate;

import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.library.dependencies.SliceAssignment;
import com.tngtech.archunit.library.dependencies.SliceIdentifier;
import org.junit.jupiter.api.Test;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * Holds the structure of the module.
 */
class ArchitectureTests {

	private static final JavaClasses CLASSES = new ClassFileImporter()
		.withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
		.importPackages("io.memstate");

	/** What a user imports. Whatever joins stays, so it joins here on purpose. */
	private static final Set<String> API = Set.of("AsyncMemoryOperations", "AsyncMemorySession", "AsyncMemoryStore",
			"AsyncMemoryView", "Change", "ConflictException", "Direction", "Draft", "Fact", "FactChange",
			"FactNotFoundException", "FactQuery", "FactSchema", "FactType", "FactValidationException", "Filter",
			"HookException", "LogEntry", "LogQuery", "MemoryHook", "MemoryOperations", "MemorySession", "MemoryStore",
			"MemoryStoreException", "MemoryView", "Operation", "Patch", "PayloadLimits", "SchemaRegistry", "ScoredFact",
			"SearchRequest", "SearchScope", "SemanticIndex", "StorageException", "UnregisteredTypes", "HookMode",
			"HookOperations", "HookOptions", "HookStatus", "IndexedFact", "ReconcilableHook", "ReconcileReport",
			"ReindexProgress", "ReindexableHook");

	@Test
	void importsTheModule() {
		assertThat(CLASSES.contain(MemoryStore.class)).isTrue();
		assertThat(packages()).containsExactly("io.memstate", "io.memstate.storage", "io.memstate.storage.memory");
	}

	private static Set<String> packages() {
		return CLASSES.stream().map(JavaClass::getPackageName).collect(Collectors.toCollection(TreeSet::new));
	}

	@Test
	void dependsOnNoFrameworkAndNoDatabase() {
		DescribedPredicate<JavaClass> hibernateValidator = resideInAPackage("org.hibernate.validator..");
		noClasses().should()
			.dependOnClassesThat(resideInAPackage("org.hibernate..").and(DescribedPredicate.not(hibernateValidator)))
			.orShould()
			.dependOnClassesThat()
			.resideInAnyPackage("org.springframework..", "jakarta.persistence..", "jakarta.transaction..", "java.sql..",
					"javax.sql..", "org.postgresql..", "org.sqlite..", "io.lettuce..", "redis.clients..",
					"com.zaxxer..")
			.check(CLASSES);
	}

	@Test
	void storageInterfaceStandsOnItsOwn() {
		classes().that()
			.resideInAPackage("io.memstate.storage")
			.should()
			.onlyDependOnClassesThat()
			.resideInAnyPackage("io.memstate.storage", "java..", "org.jspecify.annotations", "tools.jackson.core..")
			.check(CLASSES);
	}

	@Test
	void engineKnowsNoStorageInParticular() {
		noClasses().that()
			.resideInAPackage("io.memstate")
			.should()
			.dependOnClassesThat()
			.resideInAPackage("io.memstate.storage.memory")
			.check(CLASSES);
	}

	@Test
	void packagesHaveNoCycles() {
		slices().assignedFrom(new EachPackage()).should().beFreeOfCycles().check(CLASSES);
	}

	@Test
	void publicTypesAreThoseThatUsersImport() {
		assertThat(publicTypes("io.memstate")).containsExactlyInAnyOrderElementsOf(API);
		assertThat(publicTypes("io.memstate.storage.memory")).containsExactly("InMemoryStorage");
	}

	private static Set<String> publicTypes(String packageName) {
		return CLASSES.stream()
			.filter((type) -> type.getPackageName().equals(packageName) && type.isTopLevelClass()
					&& type.getModifiers().contains(JavaModifier.PUBLIC))
			.map(JavaClass::getSimpleName)
			.collect(Collectors.toSet());
	}

	@Test
	void publicMethodsSpeakOfPublicTypesAlone() {
		CLASSES.stream()
			.filter((type) -> type.getModifiers().contains(JavaModifier.PUBLIC))
			.flatMap((type) -> type.getMethods().stream())
			.filter((method) -> method.getModifiers().contains(JavaModifier.PUBLIC)
					&& !method.getModifiers().contains(JavaModifier.SYNTHETIC))
			.forEach((method) -> assertThat(method.getAllInvolvedRawTypes()).as(method.getFullName())
				.allMatch((type) -> !type.getPackageName().startsWith("io.memstate")
						|| type.getModifiers().contains(JavaModifier.PUBLIC)));
	}

	@Test
	void exceptionsAreMemoryStoreExceptions() {
		classes().that()
			.areAssignableTo(Throwable.class)
			.and()
			.arePublic()
			.should()
			.beAssignableTo(MemoryStoreException.class)
			.check(CLASSES);
	}

	/** Every package is a slice, the root package too. */
	private static final class EachPackage implements SliceAssignment {

		@Override
		public SliceIdentifier getIdentifierOf(JavaClass type) {
			return type.getPackageName().startsWith("io.memstate") ? SliceIdentifier.of(type.getPackageName())
					: SliceIdentifier.ignore();
		}

		@Override
		public String getDescription() {
			return "packages";
		}

	}

}
