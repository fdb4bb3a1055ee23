# The two commands are `make run` and `make test`. `make help` lists them all.

VAR_DIR ?= var
PORT ?= 8000
JOBS ?= 2
export VAR_DIR PORT

# Whatever is made on the way stays in .venv/ and var/, also where there is no home folder.
cache := $(abspath $(VAR_DIR))/cache
export XDG_CACHE_HOME := $(cache)
export PYTHONPYCACHEPREFIX := $(cache)/pycache
export MYPY_CACHE_DIR := $(cache)/mypy
export RUFF_CACHE_DIR := $(cache)/ruff
export HYPOTHESIS_STORAGE_DIRECTORY := $(cache)/hypothesis
ifneq ($(shell test -d "$$HOME" && test -w "$$HOME" && echo usable),usable)
export HOME := $(abspath $(VAR_DIR))/home
endif

# The first Python from 3.11 on that can make a virtual environment, or else the first of all.
ifeq ($(origin PYTHON),undefined)
recent = $(1) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null
whole = $(call recent,$(1)) && $(1) -c 'import ensurepip, venv' 2>/dev/null
names := python3.11 python3 python3.12 python3.13 python3.14 /usr/bin/python3
PYTHON := $(shell for name in $(names); do $(call whole,$$name) && echo $$name && exit; done; \
                  for name in $(names); do $(call recent,$$name) && echo $$name && exit; done)
endif
no_python = Cần Python 3.11 trở lên (make PYTHON=…). / Python 3.11 or newer is needed (make PYTHON=…)
house = $(if $(PYTHON),$(PYTHON) bin/setup.py,$(error $(no_python)))
bin := .venv/bin
manage := $(bin)/python manage.py
templates = $(shell find templates -name '*.html')

.DEFAULT_GOAL := help
.PHONY: help run setup test test-crash backup-drill check format lint lock bench clean tests-ready evidence-drill

help: ## Liệt kê các lệnh / list the commands
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 24
	@echo '  Chọn cổng: make run PORT=8080 · chọn Python: make run PYTHON=/đường/dẫn/python3'
	@echo '  Kiểm tra chữ ký số của tệp PDF: make setup EXTRAS=ky-so'
	@echo '  Thử một phần: make test ARGS="tests/qms -k login"'

run: ## Chuẩn bị và mở hệ thống tại http://127.0.0.1:8000/ / set up and serve
	@$(house) serve

setup: ## Chuẩn bị mọi thứ, không mở cổng / prepare everything, serve nothing
	@$(house) prepare

test: tests-ready ## Chạy toàn bộ phép thử / run every test
	$(bin)/pytest -n $(JOBS) $(ARGS)

test-crash: tests-ready ## Giết, làm hỏng, làm đầy đĩa rồi đếm mất mát / break things, count what is lost
	$(bin)/pytest -q -o python_files='faults_*.py' tests/crash $(ARGS)

backup-drill: tests-ready ## Diễn tập sao lưu và khôi phục khi đang ghi / back up under writes, restore, compare
	@$(bin)/python -m tests.crash.drill

check: lint ## Mọi kiểm tra trước khi nộp: hình thức, kiểu, phép thử / all that CI asks
	$(manage) makemigrations --check --dry-run
	$(manage) workflow_diagram --check
	$(bin)/pytest -n $(JOBS) $(ARGS)

lint: tests-ready ## Hình thức, kiểu và tầng lớp của mã nguồn / format, lint, types, import contracts
	$(bin)/ruff format --check
	$(bin)/djade --check --target-version 5.2 $(templates)
	$(bin)/ruff check
	$(bin)/mypy
	$(bin)/lint-imports --cache-dir $(cache)/import-linter

format: tests-ready ## Sửa hình thức mã nguồn / format code and templates
	$(bin)/ruff format
	$(bin)/ruff check --fix-only
	-$(bin)/djade --target-version 5.2 $(templates)

bench: tests-ready ## Đo tốc độ các trang chính / time the main pages against a bare one
	$(bin)/python bench/run.py $(ARGS)

word: tests-ready ## Đo độ đúng khi đọc tệp Word / how exactly Word procedures are read
	@$(bin)/python -m tests.word_corpus $(VAR_DIR)/word
	@$(manage) word_accuracy $(VAR_DIR)/word

evidence-drill: setup ## Gói chứng cứ tự kiểm trong môi trường trống / a package checked apart
	@$(bin)/python bin/evidence_drill.py

lock: tests-ready ## Ghim lại các thư viện trong requirements/ / pin the packages anew
	$(call compile,base)
	$(call compile,ky-so,-c requirements/base.txt)
	$(call compile,dev,-c requirements/base.txt -c requirements/ky-so.txt)
	$(call compile,uv,-c requirements/dev.txt)

clean: ## Bỏ môi trường và tệp tạm, giữ dữ liệu / remove .venv and caches, keep the data
	rm -rf .venv $(cache)

tests-ready:
	@$(house) tests

compile = $(bin)/uv pip compile --quiet --upgrade --universal --python-version 3.11 --generate-hashes \
	--no-header --no-annotate requirements/$(1).in $(2) -o requirements/$(1).txt
