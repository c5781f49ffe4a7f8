package io.memstate.autoconfigure;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

import javax.xml.parsers.DocumentBuilderFactory;

import org.junit.jupiter.api.Test;
import org.w3c.dom.Element;
import org.w3c.dom.Node;
import org.w3c.dom.NodeList;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What the starter brings.
 */
class StarterTests {

	private static final Path POM = Path.of("..", "memstate-spring-boot-starter", "pom.xml");

	@Test
	void bringsWhatAnApplicationWithNothingElseNeeds() throws Exception {
		assertThat(dependencies()).contains("memstate-core", "memstate-spring-boot-autoconfigure",
				"memstate-storage-jpa", "spring-boot-starter", "hibernate-validator");
	}

	@Test
	void bringsTheExpressionLanguageWithTheValidator() throws Exception {
		assertThat(dependencies()).contains("hibernate-validator", "tomcat-embed-el");
	}

	@Test
	void bringsNothingThatMakesBootConfigureADatabase() throws Exception {
		assertThat(dependencies()).noneMatch((name) -> name.matches("spring-boot-(starter-)?(data-.*|jdbc|hibernate)"));
	}

	private static List<String> dependencies() throws Exception {
		NodeList elements = DocumentBuilderFactory.newInstance()
			.newDocumentBuilder()
			.parse(POM.toFile())
			.getElementsByTagName("dependency");
		List<String> names = new ArrayList<>();
		for (int i = 0; i < elements.getLength(); i++) {
			Node name = ((Element) elements.item(i)).getElementsByTagName("artifactId").item(0);
			names.add(name.getTextContent());
		}
		return names;
	}

}
