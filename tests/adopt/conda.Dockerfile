FROM continuumio/miniconda3:24.1.2-0
COPY environment.yml .
RUN conda env create -f environment.yml
SHELL ["conda", "run", "-n", "app", "/bin/bash", "-c"]
COPY . /app
CMD ["python", "/app/app.py"]
