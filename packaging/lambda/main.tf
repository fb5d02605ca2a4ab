# Terraform: terraform apply, after `turngate package ./handler`.
terraform {
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 5.0"
    }
  }
}

resource "aws_iam_role" "handler" {
  name = "turngate-handler"
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Action    = "sts:AssumeRole"
      Principal = { Service = "lambda.amazonaws.com" }
    }]
  })
}

resource "aws_iam_role_policy_attachment" "logs" {
  role       = aws_iam_role.handler.name
  policy_arn = "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"
}

resource "aws_lambda_function" "handler" {
  function_name    = "turngate-handler"
  role             = aws_iam_role.handler.arn
  runtime          = "provided.al2023"
  architectures    = ["x86_64"] # or "arm64", as `turngate package` says
  handler          = "bootstrap"
  filename         = "bootstrap.zip"
  source_code_hash = filebase64sha256("bootstrap.zip") # the same files give the same bytes
  memory_size      = 256
  timeout          = 30
}

resource "aws_lambda_function_url" "handler" {
  function_name      = aws_lambda_function.handler.function_name
  authorization_type = "AWS_IAM" # "NONE": everybody may call it
}

output "url" {
  value = aws_lambda_function_url.handler.function_url
}
