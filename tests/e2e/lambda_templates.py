#!/usr/bin/env python3
"""lambda_templates.py SOURCE_DIR: the templates of packaging/lambda and of the sample can be read and fit the packages."""
import json
import os
import re
import shutil
import subprocess
import sys

from peers import check, finish, skipped

SOURCE = os.path.abspath(sys.argv[1])
PACKAGING = SOURCE + "/packaging/lambda"
SAMPLE = SOURCE + "/samples/deploy/lambda"


def text(path):
    with open(path, encoding="utf-8") as file:
        return file.read()


def read_yaml(path):
    """With CloudFormation's short forms, as {tag: value}."""
    import yaml

    class Loader(yaml.SafeLoader):
        pass

    def short_form(loader, tag, node):
        if isinstance(node, yaml.ScalarNode):
            return {tag: loader.construct_scalar(node)}
        return {tag: loader.construct_sequence(node)}

    Loader.add_multi_constructor("!", short_form)
    return yaml.load(text(path), Loader)


def sam(path):
    template = read_yaml(path)
    name = os.path.relpath(path, SOURCE)
    check(name + " is a SAM template", template["Transform"] == "AWS::Serverless-2016-10-31", template)
    resources, shared = template["Resources"], template.get("Globals", {}).get("Function", {})
    functions = {key: {**shared, **one["Properties"]} for key, one in resources.items()
                 if one["Type"] == "AWS::Serverless::Function"}
    for key, function in functions.items():
        check(f"{key} has a runtime and a machine", function["Architectures"] in (["x86_64"], ["arm64"]), function)
        layers = [layer["Ref"] for layer in function.get("Layers", [])]
        check(f"{key} has layers that are there", all(layer in resources for layer in layers), layers)
        if layers:
            started = os.path.join(os.path.dirname(path), function["CodeUri"], function["Handler"])
            check(f"what {key} starts is there and executable", os.access(started, os.X_OK), started)
            check("by the layer's script",
                  function["Environment"]["Variables"]["AWS_LAMBDA_EXEC_WRAPPER"] == "/opt/bootstrap", function)
        else:
            check(f"{key} is a package", function["Runtime"] == "provided.al2023"
                  and function["CodeUri"].endswith(".zip"), function)
    for output, value in template["Outputs"].items():
        for wanted in re.findall(r"'GetAtt': '(\w+)\.FunctionUrl'", str(value)):
            owner = functions.get(wanted.removesuffix("Url"), {})
            check(f"the output {output} is of a function with a URL", "FunctionUrlConfig" in owner, value)
    return functions


def serverless(path):
    template = read_yaml(path)
    check("serverless.yml has the runtime", template["provider"]["runtime"] == "provided.al2023", template)
    check("and the archive", template["package"]["artifact"] == "bootstrap.zip", template)
    check("and a machine", template["provider"]["architecture"] in ("x86_64", "arm64"), template)
    check("and a function", template["functions"]["handler"]["handler"] == "bootstrap", template)


def terraform(path):
    """Blocks and references: no parser of HCL is in Debian."""
    bare = re.sub(r"#.*", "", text(path))
    strings = re.sub(r'"[^"\n]*"', '""', bare)
    check("every string of main.tf ends", strings.count('"') % 2 == 0)
    depth, kinds = 0, {"}": "{", "]": "[", ")": "("}
    opened = []
    for mark in re.findall(r"[][(){}]", strings):
        if mark in kinds:
            depth = depth if opened and opened.pop() == kinds[mark] else 1
        else:
            opened.append(mark)
    check("every bracket of main.tf is closed by its own", depth == 0 and not opened, opened)
    resources = set(re.findall(r'^resource "(\w+)" "(\w+)" \{$', bare, re.MULTILINE))
    for kind, name in re.findall(r"\b(aws_\w+)\.(\w+)\.", strings):
        check(f"{kind}.{name} is there", (kind, name) in resources, resources)
    check("main.tf has runtime and archive", '= "provided.al2023"' in bare and 'filebase64sha256("bootstrap.zip")' in bare)


def terraform_itself(folder):
    """It checks syntax and form; validate would need the provider, which its registry has."""
    if not shutil.which("terraform"):  # which no CI of ours has to have
        print("        there is no terraform")
        return
    done = subprocess.run(["terraform", "fmt", "-check", "-diff", "-no-color", folder], capture_output=True, text=True)
    check("Terraform reads main.tf, and would write it so", done.returncode == 0, done.stdout + done.stderr)


def image(path):
    lines = [line for line in text(path).splitlines() if line and not line.startswith("#")]
    instructions = [line.partition(" ")[::2] for line in lines]
    check("the image has the base that packages are for",
          instructions[0] == ("FROM", "public.ecr.aws/lambda/provided:al2023"), instructions)
    check("and instructions that there are", {word for word, _ in instructions} <= {"FROM", "COPY", "ENTRYPOINT"}, lines)
    entry = json.loads(dict(instructions)["ENTRYPOINT"])
    check("and starts the bootstrap where it has been copied to", entry == ["/var/task/bootstrap"]
          and dict(instructions)["COPY"] == "function/ /var/task/", instructions)


terraform(PACKAGING + "/main.tf")
terraform_itself(PACKAGING)
image(PACKAGING + "/Dockerfile")
try:
    functions = sam(PACKAGING + "/template.yaml")
    check("the package has its own name there", [one["CodeUri"] for one in functions.values()] == ["bootstrap.zip"])
    sam(SAMPLE + "/template.yaml")
    serverless(PACKAGING + "/serverless.yml")
except ImportError:
    skipped.append("there is no python3-yaml")
finish()
